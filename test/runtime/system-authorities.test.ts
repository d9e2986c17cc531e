// The certificate authorities that are trusted without a TLS configuration: those of Node.js and those of the system.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { type StoreProblem, SystemAuthorities, systemAuthorities } from '#src/runtime/client/system-authorities';
import { Authority, needsOpenssl } from '../helpers/servers/certificates';

const [OF_NODE = ''] = rootCertificates;

describe('the authorities of the system', () => {
  let folder: string;
  let company: Authority;
  let other: Authority;
  let problems: StoreProblem[];
  before(function () {
    needsOpenssl(this);
    company = new Authority('Company');
    other = new Authority('Other');
  });
  after(() => {
    company?.remove();
    other?.remove();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-authorities-'));
    problems = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function file(name: string, ...texts: readonly string[]): string {
    const path = join(folder, name);
    writeFileSync(path, texts.join('\n'));
    return path;
  }

  function store(environment: Record<string, string>, ...bundles: readonly string[]): SystemAuthorities {
    return new SystemAuthorities({ environment, bundles, ofNode: () => [OF_NODE], ofPlatform: () => [] });
  }

  /** The trusted ones beside that of Node.js. */
  async function trusted(authorities: SystemAuthorities): Promise<string[]> {
    const { ca } = await authorities.current((problem) => problems.push(problem));
    assert.equal(ca[0], OF_NODE);
    return ca.slice(1).map((certificate) => certificate.trim());
  }

  const pem = (...authorities: readonly Authority[]): string[] => authorities.map(({ cert }) => cert.trim());

  it('are those of the first existing bundle, each once, beside those of Node.js', async () => {
    const bundle = file('bundle.crt', '# Company', company.cert, OF_NODE, other.cert, company.cert);
    const second = file('second.crt', OF_NODE);
    assert.deepEqual(await trusted(store({}, join(folder, 'none'), bundle, second)), pem(company, other));
    assert.deepEqual(problems, []);
  });

  it('are none without a bundle, which is no error', async () => {
    assert.deepEqual(await trusted(store({}, join(folder, 'none'))), []);
    assert.deepEqual(problems, []);
  });

  it('come from SSL_CERT_FILE and SSL_CERT_DIR instead of the bundle, and from NODE_EXTRA_CA_CERTS beside it', async () => {
    const bundle = file('bundle.crt', other.cert);
    const SSL_CERT_FILE = file('mine.pem', company.cert);
    assert.deepEqual(await trusted(store({ SSL_CERT_FILE }, bundle)), pem(company));
    mkdirSync(join(folder, 'hashed'));
    file('hashed/0a1b2c3d.0', company.cert);
    file('hashed/README', 'nothing');
    const SSL_CERT_DIR = `${join(folder, 'absent')}:${join(folder, 'hashed')}`;
    assert.deepEqual(await trusted(store({ SSL_CERT_DIR }, bundle)), pem(company));
    assert.deepEqual(await trusted(store({ NODE_EXTRA_CA_CERTS: SSL_CERT_FILE }, bundle)), pem(other, company));
    assert.deepEqual(problems, []);
  });

  it('skip unreadable files, which is reported once', async () => {
    const broken = other.cert.replace(/[A-Za-z0-9]{20}/, 'AAAAAAAAAAAAAAAAAAAA');
    const SSL_CERT_FILE = file('mixed.pem', broken, company.cert);
    const mixed = store({ SSL_CERT_FILE });
    assert.deepEqual(await trusted(mixed), pem(company));
    assert.deepEqual(await trusted(mixed), pem(company));
    assert.deepEqual(problems, [{ path: SSL_CERT_FILE, problem: 'noCertificate' }]);
    for (const [text, problem] of [
      ['-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----', 'noCertificate'],
      ['garbage', 'noCertificate'],
      ['x'.repeat(5 * 1024 * 1024), 'tooLarge'],
    ] as const) {
      problems = [];
      assert.deepEqual(await trusted(store({ SSL_CERT_FILE: file('bad.pem', text) })), []);
      assert.deepEqual(problems, [{ path: join(folder, 'bad.pem'), problem }]);
    }
    problems = [];
    await trusted(store({ SSL_CERT_FILE: join(folder, 'absent') }));
    assert.deepEqual(problems, [{ path: join(folder, 'absent'), problem: 'missing' }]);
  });

  it('are read once, and again when the file has changed', async () => {
    const SSL_CERT_FILE = file('mine.pem', company.cert);
    const authorities = store({ SSL_CERT_FILE });
    const both = [authorities.current(() => {}), authorities.current(() => {})];
    const [first, second] = await Promise.all(both);
    assert.equal(first, second);
    assert.equal(await authorities.current(() => {}), first);
    file('mine.pem', other.cert);
    utimesSync(SSL_CERT_FILE, 1, 1);
    assert.deepEqual(await trusted(authorities), pem(other));
  });

  it('of this machine can be used, and include those of Node.js', async () => {
    const { ca } = await systemAuthorities.current((problem) => assert.fail(JSON.stringify(problem)));
    assert.ok(ca.length >= 50, `${ca.length}`);
  });
});
