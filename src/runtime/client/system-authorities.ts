// The certificate authorities that are trusted where a TLS configuration names none: the list of Node.js, and that of the
// system, to which companies add their own. Node.js leaves the latter out unless it is told otherwise at its start.

import { X509Certificate } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { digest } from '../deploy/saved-nodes';
import { type FileProblem, readBounded } from './bounded-file';

/** A place of the system's store that cannot be used. Each problem has a sentence in the locales under `file.`. */
export interface StoreProblem {
  readonly path: string;
  readonly problem: FileProblem;
}

/** The certificate of a client, its key, and the passphrase of the key; nothing without one. */
export type ClientCertificate = Pick<tls.SecureContextOptions, 'cert' | 'key' | 'passphrase'>;

/** Where the authorities are. Each list is PEM, one certificate each. */
interface TrustStores {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The first of these files that exists is the system's store. */
  readonly bundles: readonly string[];
  /** The list of Node.js. */
  readonly ofNode: () => readonly string[];
  /** The store of a system that does not keep it in files. */
  readonly ofPlatform: () => readonly string[];
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** bytes; those of the distributions have 0.2 MB */
const LARGEST_FILE = 4 * 1024 * 1024;
const MOST_FILES = 2000;
const MOST_CERTIFICATES = 5000;

/** The most contexts that are kept for client certificates. */
const MOST_CONTEXTS = 20;

class Authorities {
  /** PEM, one certificate each */
  readonly ca: string[];
  readonly #contexts = new Map<string, tls.SecureContext>();

  constructor(ca: string[]) {
    this.ca = ca;
  }

  /**
   * A context that trusts these authorities. It is kept, since OpenSSL takes about a millisecond for each authority.
   * Throws the error of OpenSSL when it cannot use the certificate.
   */
  contextFor({ cert, key, passphrase }: ClientCertificate): tls.SecureContext {
    const name = digest([String(cert), String(key), passphrase]);
    const known = this.#contexts.get(name);
    if (known) return known;
    if (this.#contexts.size >= MOST_CONTEXTS) this.#contexts.clear();
    const context = tls.createSecureContext({ ca: this.ca, cert, key, passphrase });
    this.#contexts.set(name, context);
    return context;
  }
}

export class SystemAuthorities {
  readonly #stores: TrustStores;
  /** The state whose problem was told last: attempts under way may see an earlier one in between. */
  #told = '';
  #latest: { readonly state: string; readonly authorities: Promise<Authorities> } | undefined;

  constructor(stores: TrustStores) {
    this.#stores = stores;
  }

  /**
   * The trusted authorities, read when first needed and again when a file has changed. What cannot be read is left out;
   * `warn` is told of one such place.
   */
  async current(warn: (problem: StoreProblem) => void): Promise<Authorities> {
    const state = await this.#state();
    if (this.#latest?.state !== state) {
      const tell = (problem: StoreProblem): void => {
        if (this.#told === state) return;
        this.#told = state;
        warn(problem);
      };
      this.#latest = { state, authorities: this.#load(tell) };
    }
    return this.#latest.authorities;
  }

  /** Differs when a file or folder has changed. */
  async #state(): Promise<string> {
    const paths = [...(await this.#files()), ...this.#folders()];
    const found = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
    return JSON.stringify(paths.map((path, index) => [path, found[index]?.mtimeMs, found[index]?.size]));
  }

  async #load(warn: (problem: StoreProblem) => void): Promise<Authorities> {
    const { ofNode, ofPlatform } = this.#stores;
    const files = [...(await this.#files())];
    for (const folder of this.#folders()) files.push(...(await filesIn(folder)));
    const known = new CertificateList([...ofNode(), ...ofPlatform()]);
    const problems: StoreProblem[] = [];
    for (const path of files.slice(0, MOST_FILES)) {
      const read = await readBounded(path, LARGEST_FILE);
      if (!read.ok) problems.push({ path, problem: read.error });
      else if (!known.addFrom(read.value.toString('latin1'))) problems.push({ path, problem: 'noCertificate' });
    }
    if (problems[0]) warn(problems[0]);
    return new Authorities(known.all);
  }

  /** As in OpenSSL, a variable takes the place of the usual file. */
  async #files(): Promise<readonly string[]> {
    const { environment, bundles } = this.#stores;
    const { SSL_CERT_FILE: file, NODE_EXTRA_CA_CERTS: extra } = environment;
    const more = extra ? [extra] : [];
    if (file) return [file, ...more];
    if (this.#folders().length > 0) return more;
    for (const bundle of bundles) if ((await stat(bundle).catch(() => undefined))?.isFile()) return [bundle, ...more];
    return more;
  }

  #folders(): readonly string[] {
    return (this.#stores.environment.SSL_CERT_DIR ?? '').split(':').filter((folder) => folder !== '');
  }
}

/** Certificates, each of them once. */
class CertificateList {
  readonly #all = new Map<string, string>();

  constructor(certificates: readonly string[]) {
    for (const certificate of certificates) this.#all.set(bodyOf(certificate), certificate);
  }

  get all(): string[] {
    return [...this.#all.values()];
  }

  /** Adds the certificates in `text`. False when there is one that cannot be read, or none at all. */
  addFrom(text: string): boolean {
    const certificates = text.match(PEM) ?? [];
    let readable = certificates.length > 0;
    for (const certificate of certificates) {
      const body = bodyOf(certificate);
      if (this.#all.has(body) || this.#all.size >= MOST_CERTIFICATES) continue;
      if (isCertificate(certificate)) this.#all.set(body, certificate);
      else readable = false;
    }
    return readable;
  }
}

function bodyOf(certificate: string): string {
  return certificate.replace(/\s+/g, '');
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text) !== undefined;
  } catch {
    return false;
  }
}

/** The files in a folder of certificates, whose names end in .pem or .crt or are a hash. */
async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => /\.(?:pem|crt|\d+)$/.test(name)).map((name) => join(folder, name));
}

/** Debian and Alpine, Red Hat (two places), openSUSE, BSD (two places). */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
  '/usr/local/etc/ssl/cert.pem',
];

type NewerTls = typeof tls & { getCACertificates?: (type: 'default' | 'system') => string[] };

/** From Node.js 22.15 on, which reads the stores of Windows and macOS too. */
const { getCACertificates }: NewerTls = tls;

/** With this option, users want no other list than that of OpenSSL. */
const onlyOpenssl = (): boolean => /--use-openssl-ca/.test(`${process.execArgv} ${process.env.NODE_OPTIONS}`);

/** The authorities of this process. */
export const systemAuthorities = new SystemAuthorities({
  environment: process.env,
  bundles: BUNDLES,
  ofNode: () => getCACertificates?.('default') ?? (onlyOpenssl() ? [] : tls.rootCertificates),
  ofPlatform: () => (process.platform === 'linux' ? [] : (getCACertificates?.('system') ?? [])),
});
