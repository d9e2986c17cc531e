// How a broker node reaches a server: TLS with a tls-config node, WebSocket and proxies, with their failures.

import assert from 'node:assert/strict';
import type { BrokerConfig } from '#src/settings/broker.config';
import { type Credentials, type Flow, type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { brokerNode, publishNodes, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { Inbox } from '../helpers/flows/inbox';
import { Authority, type KeyPair, needsOpenssl } from '../helpers/servers/certificates';
import { freePort } from '../helpers/servers/free-port';
import { Listening } from '../helpers/servers/listening';
import { Mosquitto, needsMosquitto } from '../helpers/servers/mosquitto';
import { httpProxy } from '../helpers/servers/proxy-servers';
import { WebSocketBridge } from '../helpers/servers/websocket-bridge';

const TLS_CONFIG = {
  type: 'tls-config',
  name: '',
  cert: '',
  key: '',
  ca: '',
  certname: '',
  keyname: '',
  caname: '',
  servername: '',
  verifyservercert: true,
  alpnprotocol: '',
};

describe('the way to a server', () => {
  let mosquitto: Mosquitto;
  let authority: Authority;
  let client: KeyPair;
  let tlsPort: number;
  /** Requires a client certificate. */
  let strictPort: number;

  before(async function () {
    needsOpenssl(this);
    needsMosquitto(this);
    authority = new Authority();
    client = authority.sign('client');
    const { certFile, keyFile } = authority.write(authority.sign('server'));
    tlsPort = await freePort();
    strictPort = await freePort();
    const secure = [`cafile ${authority.certFile}`, `certfile ${certFile}`, `keyfile ${keyFile}`];
    mosquitto = await Mosquitto.start({
      config: [
        `listener ${tlsPort} 127.0.0.1`,
        ...secure,
        `listener ${strictPort} 127.0.0.1`,
        ...secure,
        'require_certificate true',
      ],
    });
  });
  afterEach(unloadFlow);
  after(async () => {
    await mosquitto?.stop();
    authority?.remove();
  });

  function load(settings: Partial<BrokerConfig>, more: FlowNode[] = [], credentials: Credentials = {}): Promise<Flow> {
    const topic = unique('way');
    return loadFlow(
      [
        ...more,
        brokerNode('way-broker', settings),
        ...subscribeNodes('sub', 'way-broker', [topic]),
        ...publishNodes('pub', 'way-broker', { topic, topicType: 'str' }),
      ],
      credentials,
    );
  }

  function loadSecure(port: number, tls: object, credentials: Record<string, string> = {}): Promise<Flow> {
    const settings = { servers: [{ url: `mqtts://localhost:${port}` }], tls: 'way-tls' };
    const secrets = { 'way-tls': { cadata: authority.cert, ...credentials } };
    return load(settings, [{ ...TLS_CONFIG, ...tls, id: 'way-tls' }], secrets);
  }

  async function works(flow: Flow): Promise<void> {
    await flow.connected('sub', 'pub');
    flow.inject('pub', { payload: 'there and back' });
    assert.equal((await flow.received('sub-out').next()).payload, 'there and back');
    assert.deepEqual(flow.caughtCodes, []);
  }

  async function failure(flow: Flow): Promise<{ code: string | undefined; message: string }> {
    const { error } = await flow.caught.next();
    await flow.showing('pub', error.code ?? '');
    assert.doesNotMatch(error.message, /__/);
    return { code: error.code, message: error.message };
  }

  it('goes over TLS with the certificates of a tls-config node', async () => {
    await works(await loadSecure(strictPort, {}, { certdata: client.cert, keydata: client.key }));
  });

  it('warns where certificates are not verified', async () => {
    const flow = await loadSecure(tlsPort, { verifyservercert: false }, { cadata: '' });
    await works(flow);
    assert.match(flow.everythingTold(), /certificatesNotVerified|does not verify the certificate/);
  });

  it('fails if the certificate of the server is not trusted', async () => {
    const { code } = await failure(await load({ servers: [{ url: `mqtts://localhost:${tlsPort}` }] }));
    assert.equal(code, 'certificate-unknown-issuer');
  });

  it('fails when the server requires a client certificate and there is none', async () => {
    const { code = '' } = await failure(await loadSecure(strictPort, {}));
    // The server closes at once, and its alert may be lost with the connection.
    assert.match(code, /^(client-certificate-required|closed-without-answer)$/);
  });

  it('fails with TLS at a plain port, and without TLS at a TLS port', async () => {
    const plain = await failure(await load({ servers: [{ url: `mqtts://localhost:${mosquitto.port}` }] }));
    assert.match(plain.code ?? '', /^tls-(closed|not-spoken)$/);
    const secure = await failure(await load({ servers: [{ url: `mqtt://localhost:${tlsPort}` }] }));
    assert.match(secure.code ?? '', /^(tls-required|closed-without-answer)$/);
  });

  it('is not tried if the tls-config node is missing', async () => {
    const flow = await load({ servers: [{ url: `mqtts://localhost:${tlsPort}` }], tls: 'way-tls-gone' });
    assert.equal((await failure(flow)).code, 'tls-config-missing');
  });

  it('is not tried if the tls-config node is invalid', async () => {
    const flow = await loadSecure(tlsPort, { name: 'plant' }, { certdata: client.cert });
    await flow.showing('pub', 'tls-config-invalid');
    const { error } = await flow.caught.find('our error', ({ error: { code } }) => code === 'tls-config-invalid');
    assert.ok(error);
  });

  it('goes over WebSocket', async () => {
    const bridge = await WebSocketBridge.start(mosquitto.port);
    const servers = [{ url: `ws://127.0.0.1:${bridge.port}/mqtt?plant=7` }];
    await works(await load({ servers, webSocket: { headers: [{ name: 'X-Plant', value: '7' }], subprotocol: '' } }));
    const { url, headers } = await bridge.requests.next();
    assert.deepEqual([url, headers['x-plant']], ['/mqtt?plant=7', '7']);
    await unloadFlow();
    await bridge.stop();
  });

  it('fails if the WebSocket is refused', async () => {
    const bridge = await WebSocketBridge.start(mosquitto.port, { answer: 403 });
    const { code } = await failure(await load({ servers: [{ url: `ws://127.0.0.1:${bridge.port}` }] }));
    assert.equal(code, 'websocket-refused');
    await unloadFlow();
    await bridge.stop();
  });

  it('goes through a proxy with credentials, which are never shown', async () => {
    const requests = new Inbox<string>('requests at the proxy');
    const proxy = await Listening.start(httpProxy(requests, { credentials: 'proxy-name:proxy-word' }));
    const settings: Partial<BrokerConfig> = {
      servers: [{ url: `mqtt://far.example:${mosquitto.port}` }],
      proxy: { use: 'url', url: `http://127.0.0.1:${proxy.port}` },
    };
    const secrets = { 'way-broker': { proxyUsername: 'proxy-name', proxyPassword: 'proxy-word' } };
    const flow = await load(settings, [], secrets);
    await works(flow);
    assert.equal(requests.all[0], `far.example:${mosquitto.port}`);
    assert.doesNotMatch(flow.everythingTold(), /proxy-word/);
    assert.equal((await failure(await load(settings))).code, 'proxy-credentials-refused');
    await unloadFlow();
    await proxy.stop();
  });

  it('warns of a proxy variable without a valid address, and does not show its value', async () => {
    process.env.all_proxy = 'ftp://name:secret-word@proxy';
    try {
      const flow = await load({ servers: [{ url: 'mqtt://far.invalid' }] });
      await flow.showing('pub', 'host-unknown');
      assert.match(flow.everythingTold(), /faultyProxyVariable/);
      assert.doesNotMatch(flow.everythingTold(), /secret-word/);
    } finally {
      delete process.env.all_proxy;
    }
  });

  it('uses the second server if the first cannot be reached', async () => {
    const servers = [
      { url: `mqtts://localhost:${mosquitto.port}` },
      { url: `ws://localhost:${await freePort()}` },
      { url: mosquitto.url },
    ];
    const flow = await load({ servers });
    await flow.connected('sub', 'pub');
  });

  for (const [what, settings] of [
    ['a proxy without an address', { proxy: { use: 'url', url: '' } }],
    ['a password in the address of a proxy', { proxy: { use: 'url', url: 'http://name:secret-word@proxy' } }],
    ['a header that is none', { webSocket: { headers: [{ name: 'a b', value: 'secret-word' }], subprotocol: '' } }],
  ] as const) {
    it(`is not tried with ${what}, which is not shown`, async () => {
      const flow = await load(structuredClone(settings) as Partial<BrokerConfig>);
      assert.equal((await failure(flow)).code, 'config-invalid');
      assert.doesNotMatch(flow.everythingTold(), /secret-word/);
    });
  }
});
