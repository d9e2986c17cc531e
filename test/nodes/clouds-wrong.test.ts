// The clouds of docs/clouds.md with one wrong setting each: the error that the flow gets.

import assert from 'node:assert/strict';
import { clouds, example } from '../helpers/flows/cloud-settings';
import { type Cloud, CloudSetup, type Deviation } from '../helpers/flows/cloud-setup';
import { needsOpenssl } from '../helpers/servers/certificates';
import { cloudRules } from '../helpers/servers/cloud-rules';

const HUB = 'plant-hub.azure-devices.net';

/** A server that asks for a certificate closes at once, and its alert may be lost with the connection. */
const CERTIFICATE = /^(client-certificate-required|closed-without-answer)$/;

const wrong: readonly (readonly [what: string, Cloud, Deviation, code: RegExp])[] = [
  ['no ALPN', 'aws', { changed: { alpn: '' } }, /^tls-refused$/],
  ['another ALPN', 'aws', { changed: { alpn: 'mqtt' } }, /^tls-refused$/],
  ['no client certificate', 'aws', { changed: { certificate: false } }, CERTIFICATE],
  ['no client certificate', 'aws8883', { changed: { certificate: false } }, CERTIFICATE],
  ["another thing's client ID", 'aws', { changed: { clientId: 'press-8' } }, /^not-authorized$/],
  ['the device alone as user name', 'iotHub', { changed: { username: example.device } }, /^not-authorized$/],
  ['a user name without a version', 'iotHub', { changed: { username: `${HUB}/press-7` } }, /^not-authorized$/],
  ['another client ID than the device', 'iotHub', { changed: { clientId: 'press-8' } }, /^not-authorized$/],
  ['the key instead of a token', 'iotHub', { changed: { password: 'c2VjcmV0' } }, /^not-authorized$/],
  ['MQTT 5', 'iotHub', { changed: { protocolVersion: 5 } }, /^protocol-version-refused$/],
  ['no client certificate', 'iotHubCertificate', { changed: { certificate: false } }, CERTIFICATE],
  ['no client certificate', 'eventGrid', { changed: { certificate: false } }, CERTIFICATE],
  ['the session as user name', 'eventGrid', { changed: { username: example.session } }, /^not-authorized$/],
  ['another password', 'hiveMq', { changed: { password: 'other' } }, /^credentials-refused$/],
  ['another password', 'emqx', { changed: { password: 'other' } }, /^credentials-refused$/],
  ['an address without a name', 'emqx', { changed: { url: 'mqtts://127.0.0.1:8883' } }, /^tls-refused$/],
];

describe('clouds, with one wrong setting', () => {
  let setup: CloudSetup;

  before(function () {
    needsOpenssl(this);
    setup = new CloudSetup();
  });
  afterEach(() => setup.clear());
  after(() => setup?.remove());

  for (const [what, cloud, deviation, code] of wrong) {
    it(`${clouds[cloud].name}: ${what}`, async () => {
      const { flow } = await setup.load(cloud, deviation);
      const { error } = await flow.caught.next();
      assert.match(error.code ?? '', code);
      await flow.showing('pub', error.code ?? '');
    });
  }

  it('EMQX Cloud: an address without a name works with the server name in the TLS configuration', async () => {
    const changed = { url: 'mqtts://127.0.0.1:8883' };
    const { flow } = await setup.load('emqx', { changed, serverName: cloudRules.emqx.host });
    await flow.connected('sub', 'pub');
    assert.deepEqual(flow.caughtCodes, []);
  });

  it('Azure IoT Hub: the version auto leads to MQTT 3.1.1', async () => {
    const { flow } = await setup.load('iotHub', { changed: { protocolVersion: 'auto' } });
    await flow.connected('sub', 'pub');
    assert.deepEqual(flow.caughtCodes, []);
  });
});
