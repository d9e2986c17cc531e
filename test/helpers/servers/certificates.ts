// Certificates made for one suite by openssl: an authority, and certificates that it has signed.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, skipWithout } from '../package/environment';

export interface KeyPair {
  /** PEM */
  readonly cert: string;
  /** PEM */
  readonly key: string;
}

export interface CertificateOptions {
  /** In openssl's notation: `DNS:localhost`, `IP:127.0.0.1`. */
  readonly names?: readonly string[];
  /** Days from now, for a certificate that is not valid today. */
  readonly from?: number;
  readonly until?: number;
  /** In openssl's notation: `/O=Plant`. By default the name is the common name. */
  readonly subject?: string;
}

/** Skips the suite or test when openssl is not installed. */
export function needsOpenssl(context: Mocha.Context): void {
  skipWithout(context, 'openssl', findProgram('openssl'));
}

const DAY = 24 * 3600 * 1000;
const LOCAL = ['DNS:localhost', 'IP:127.0.0.1', 'IP:::1'];

export class Authority {
  readonly folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-certificates-'));
  readonly #key: string;
  #count = 0;

  constructor(name = 'Test authority') {
    this.#key = this.#newKey('authority');
    const subject = ['-subj', `/CN=${name}`, '-addext', 'basicConstraints=critical,CA:TRUE'];
    openssl('req', '-x509', '-key', this.#key, '-out', this.certFile, '-days', '30', ...subject);
    for (const [file, text] of Object.entries({ 'index.txt': '', serial: '1000\n' })) {
      writeFileSync(join(this.folder, file), text);
    }
  }

  get certFile(): string {
    return join(this.folder, 'authority.pem');
  }

  /** PEM */
  get cert(): string {
    return readFileSync(this.certFile, 'utf8');
  }

  /** A certificate for a server or a client, signed by this authority. By default it is valid for localhost. */
  sign(
    name: string,
    { names = LOCAL, from = -1, until = 29, subject = `/CN=${name}` }: CertificateOptions = {},
  ): KeyPair {
    const files = this.#filesFor(name);
    openssl('req', '-new', '-key', files.key, '-out', files.request, '-subj', subject);
    writeFileSync(files.config, configuration(this.folder, names));
    const dates = ['-startdate', date(from), '-enddate', date(until)];
    const signer = ['-cert', this.certFile, '-keyfile', this.#key, '-config', files.config];
    openssl('ca', '-batch', '-notext', '-in', files.request, '-out', files.cert, ...dates, ...signer);
    return read(files);
  }

  /** A self-signed certificate. */
  selfSigned(name: string): KeyPair {
    const files = this.#filesFor(name);
    const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${LOCAL.join(',')}`];
    openssl('req', '-x509', '-key', files.key, '-out', files.cert, '-days', '30', ...subject);
    return read(files);
  }

  /** Writes a key pair to files, for programs that read them from there. */
  write({ cert, key }: KeyPair): { certFile: string; keyFile: string } {
    const stem = join(this.folder, `written-${++this.#count}`);
    const files = { certFile: `${stem}.pem`, keyFile: `${stem}.key` };
    writeFileSync(files.certFile, cert);
    writeFileSync(files.keyFile, key);
    return files;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #newKey(stem: string): string {
    const file = join(this.folder, `${stem}.key`);
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', file);
    return file;
  }

  #filesFor(name: string): { key: string; cert: string; request: string; config: string } {
    const stem = `${name.replaceAll(/\W+/g, '-')}-${++this.#count}`;
    const path = (ending: string): string => join(this.folder, `${stem}.${ending}`);
    return { key: this.#newKey(stem), cert: path('pem'), request: path('csr'), config: path('cnf') };
  }
}

function read(files: { cert: string; key: string }): KeyPair {
  return { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') };
}

/** The configuration for `openssl ca`, which accepts dates, unlike `openssl x509`. */
function configuration(folder: string, names: readonly string[]): string {
  return [
    '[ca]',
    'default_ca = authority',
    '[authority]',
    `database = ${join(folder, 'index.txt')}`,
    `serial = ${join(folder, 'serial')}`,
    `new_certs_dir = ${folder}`,
    'default_md = sha256',
    'policy = policy',
    'unique_subject = no',
    'x509_extensions = extensions',
    '[policy]',
    'commonName = optional',
    'organizationName = optional',
    '[extensions]',
    `subjectAltName = ${names.join(',')}`,
    '',
  ].join('\n');
}

/** A time in openssl's format: YYYYMMDDHHMMSSZ. */
function date(daysFromNow: number): string {
  return `${new Date(Date.now() + daysFromNow * DAY).toISOString().replaceAll(/[-:T]|\.\d+Z/g, '')}Z`;
}

function openssl(...args: string[]): void {
  const program = findProgram('openssl');
  if (!program) throw new Error('openssl is not installed');
  execFileSync(program, args, { stdio: 'pipe' });
}
