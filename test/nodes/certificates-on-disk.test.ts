// Certificates in files: those of a tls-config node are read at each attempt, and the system's authorities are trusted.

import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { brokerNode, publishNodes, unique } from '../helpers/flows/flow-nodes';
import { Authority, needsOpenssl } from '../helpers/servers/certificates';
import { freePort } from '../helpers/servers/free-port';
import { Mosquitto, needsMosquitto } from '../helpers/servers/mosquitto';

describe('certificates in files', () => {
  let mosquitto: Mosquitto;
  let authority: Authority;
  let stranger: Authority;
  let folder: string;
  let port: number;
  /** Requires a client certificate. */
  let strictPort: number;
  const saved = process.env.SSL_CERT_FILE;

  before(async function () {
    needsOpenssl(this);
    needsMosquitto(this);
    authority = new Authority('Plant');
    stranger = new Authority('Stranger');
    const { certFile, keyFile } = authority.write(authority.sign('server'));
    [port, strictPort] = [await freePort(), await freePort()];
    const secure = [`cafile ${authority.certFile}`, `certfile ${certFile}`, `keyfile ${keyFile}`];
    const config = [`listener ${port} 127.0.0.1`, ...secure, `listener ${strictPort} 127.0.0.1`, ...secure];
    mosquitto = await Mosquitto.start({ config: [...config, 'require_certificate true'] });
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-on-disk-'));
  });
  afterEach(async () => {
    await unloadFlow();
    rmSync(folder, { recursive: true });
    if (saved === undefined) delete process.env.SSL_CERT_FILE;
    else process.env.SSL_CERT_FILE = saved;
    delete process.env.PLANT_CA;
  });
  after(async () => {
    await mosquitto?.stop();
    authority?.remove();
    stranger?.remove();
  });

  function load(listener: number, files?: { cert?: string; key?: string; ca?: string }): Promise<Flow> {
    const tls = { id: 'disk-tls', type: 'tls-config', name: '', cert: '', key: '', ca: '', verifyservercert: true };
    const settings = {
      servers: [{ url: `mqtts://localhost:${listener}` }],
      ...(files ? { tls: 'disk-tls' } : {}),
      reconnect: { minDelay: 50, maxDelay: 50 },
    };
    return loadFlow([
      ...(files ? [{ ...tls, ...files }] : []),
      brokerNode('disk-broker', settings),
      ...publishNodes('pub', 'disk-broker', { qos: 1 }),
    ]);
  }

  async function works(flow: Flow): Promise<void> {
    await flow.connected('pub');
    flow.inject('pub', { topic: unique('disk'), payload: 1 });
    await flow.received('pub-out').next();
  }

  /** Writes a certificate of the client as a program that renews it does. */
  function renew(by: Authority): { cert: string; key: string } {
    const { certFile, keyFile } = by.write(by.sign('client'));
    const [cert, key] = [join(folder, 'client.pem'), join(folder, 'client.key')];
    copyFileSync(certFile, cert);
    copyFileSync(keyFile, key);
    return { cert, key };
  }

  it('a renewed certificate of the client is used by the next attempt, without a deploy', async () => {
    const flow = await load(strictPort, { ...renew(stranger), ca: authority.certFile });
    const { error } = await flow.caught.next();
    assert.match(error.code ?? '', /^(client-certificate-refused|closed-without-answer)$/);
    renew(authority);
    await works(flow);
  });

  it('a file that is missing is named, and read again until it is there', async () => {
    const ca = join(folder, 'late.pem');
    process.env.PLANT_CA = ca;
    const flow = await load(port, { ca: '${PLANT_CA}' });
    await flow.showing('pub', 'tls-file-unreadable');
    copyFileSync(authority.certFile, ca);
    await works(flow);
  });

  it('an authority of the system is trusted without a TLS configuration', async () => {
    process.env.SSL_CERT_FILE = authority.certFile;
    await works(await load(port));
  });

  it('an authority of the system is trusted beside a certificate of the client', async () => {
    process.env.SSL_CERT_FILE = authority.certFile;
    await works(await load(strictPort, renew(authority)));
  });

  it('a certificate and a key that do not belong together are reported, even with the authorities of the system', async () => {
    process.env.SSL_CERT_FILE = authority.certFile;
    const { cert } = renew(authority);
    const flow = await load(strictPort, { cert, key: authority.write(authority.sign('other')).keyFile });
    assert.equal((await flow.caught.next()).error.code, 'tls-config-invalid');
    renew(authority);
    assert.deepEqual(flow.everythingTold().includes('log.authoritiesUnreadable'), false);
  });

  it('an authority of the system is not trusted where the TLS configuration names another', async () => {
    process.env.SSL_CERT_FILE = authority.certFile;
    const flow = await load(port, { ca: stranger.certFile });
    assert.equal((await flow.caught.next()).error.code, 'certificate-unknown-issuer');
  });

  it('an unreadable store of the system is reported once, and no other authority is trusted', async () => {
    process.env.SSL_CERT_FILE = join(folder, 'broken.crt');
    writeFileSync(process.env.SSL_CERT_FILE, '-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n');
    const flow = await load(port);
    assert.equal((await flow.caught.next()).error.code, 'certificate-unknown-issuer');
    assert.equal(flow.everythingTold().split('log.authoritiesUnreadable').length - 1, 1);
  });
});
