// A stand-in for a cloud: a TLS server with the cloud's name and rules, behind a proxy that knows no other server. A
// flow can therefore use the address, port and server name of the real cloud.

import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { connect, createServer, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import type { IPublishPacket, ISubscribePacket } from 'mqtt-packet';
import { filterMatches } from '../fakes/linear-matcher';
import { Inbox } from '../flows/inbox';
import type { Authority } from './certificates';
import type { CloudRules, Verdict } from './cloud-rules';
import { Listening } from './listening';
import { type Script, type ScriptedClient, ScriptedServer } from './scripted-server';

/** Return codes of MQTT 3.1.1 and reason codes of MQTT 5. */
const CONNACK: Readonly<Record<Verdict, readonly [number, number]>> = {
  welcome: [0, 0],
  'client-id-refused': [2, 0x85],
  'credentials-refused': [4, 0x86],
  'not-authorized': [5, 0x87],
};
const UNSUPPORTED_VERSION = 0x84;
const QOS_NOT_SUPPORTED = 0x9b;
const QUOTA_EXCEEDED = 0x97;
/** RFC 7301, section 3.2: a fatal alert, no_application_protocol. */
const NO_APPLICATION_PROTOCOL = Buffer.from([0x15, 3, 3, 0, 2, 2, 120]);

export class CloudServer {
  /** The targets requested from the proxy: `host:port`. */
  readonly requests: Inbox<string>;
  readonly mqtt: ScriptedServer;
  /** The port of the stand-in itself, for tests without the proxy. */
  readonly port: number;
  readonly proxyUrl: string;
  readonly #parts: readonly { stop(): Promise<void> }[];

  private constructor(requests: Inbox<string>, proxy: Listening, front: Listening, mqtt: ScriptedServer) {
    this.requests = requests;
    this.mqtt = mqtt;
    this.port = front.port;
    this.proxyUrl = `http://127.0.0.1:${proxy.port}`;
    this.#parts = [proxy, front, mqtt];
  }

  static async start(rules: CloudRules, authority: Authority): Promise<CloudServer> {
    const requests = new Inbox<string>('requests at the proxy');
    const mqtt = await ScriptedServer.start(scriptOf(rules));
    const front = await Listening.start(frontServer(rules, tlsServer(rules, authority, mqtt.port)));
    const proxy = await Listening.start(proxyServer(requests, front.port));
    return new CloudServer(requests, proxy, front, mqtt);
  }

  async stop(): Promise<void> {
    for (const part of this.#parts) await part.stop();
  }
}

function proxyServer(requests: Inbox<string>, port: number): Server {
  return createHttpServer().on('connect', (request: IncomingMessage, client: Duplex) => {
    requests.push(request.url ?? '');
    const server = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      splice(client, server);
    });
  });
}

/** Reads ALPN from the unencrypted ClientHello, because Node.js accepts a client that offers no protocol. */
function frontServer({ alpn = '' }: CloudRules, secure: TlsServer): Server {
  return createServer((socket) => {
    socket.once('data', (hello) => {
      if (!hello.includes(alpn)) return void socket.end(NO_APPLICATION_PROTOCOL);
      socket.pause();
      socket.unshift(hello);
      secure.emit('connection', socket);
    });
  });
}

function tlsServer({ host, alpn, certificateOf }: CloudRules, authority: Authority, mqttPort: number): TlsServer {
  const context = createSecureContext({ ...authority.sign(host, { names: [`DNS:${host}`] }), ca: authority.cert });
  const server = createTlsServer({
    // There is no other certificate, so a client without a server name cannot be answered.
    SNICallback: (name, done) => (name === host ? done(null, context) : done(new Error(`no ${name} here`))),
    ca: authority.cert,
    requestCert: certificateOf !== undefined,
    rejectUnauthorized: certificateOf !== undefined,
    ...(alpn === undefined ? {} : { ALPNProtocols: [alpn] }),
  });
  server.on('tlsClientError', () => {});
  server.on('secureConnection', (client) => {
    client.on('error', () => {});
    const known = certificateOf === undefined || client.getPeerCertificate().subject.CN === certificateOf;
    if (known) splice(client, connect(mqttPort, '127.0.0.1'));
    else client.destroy();
  });
  return server;
}

function splice(one: Duplex, other: Duplex): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
}

function scriptOf(rules: CloudRules): Script {
  const filters = new WeakMap<ScriptedClient, string[]>();
  return {
    connect(client, packet) {
      if (client.protocolVersion === 5 && !rules.mqtt5) return client.connack(UNSUPPORTED_VERSION);
      const verdict = rules.judge(packet);
      const [returnCode, reasonCode] = CONNACK[verdict];
      if (client.protocolVersion !== 5) return client.connack(returnCode);
      if (verdict !== 'welcome' || rules.maximumQoS === 2) return client.connack(reasonCode);
      const properties = { maximumQoS: rules.maximumQoS, subscriptionIdentifiersAvailable: false };
      client.send({ cmd: 'connack', sessionPresent: false, reasonCode, properties });
    },
    subscribe(client, { subscriptions, messageId = 0 }: ISubscribePacket) {
      if (subscriptions.length > rules.filtersPerSubscribe) return dismiss(client, QUOTA_EXCEEDED);
      filters.set(client, [...(filters.get(client) ?? []), ...subscriptions.map(({ topic }) => topic)]);
      const granted = subscriptions.map(({ qos }) => Math.min(qos, rules.maximumQoS));
      client.send({ cmd: 'suback', messageId, granted });
    },
    publish(client, { qos, topic, payload, messageId = 0 }: IPublishPacket) {
      if (qos > rules.maximumQoS) return dismiss(client, QOS_NOT_SUPPORTED);
      if (qos === 1) client.send({ cmd: 'puback', messageId });
      if (qos === 2) client.send({ cmd: 'pubrec', messageId });
      const back = rules.comesBackOn(topic);
      if (!filters.get(client)?.some((filter) => filterMatches(filter, back))) return;
      client.send({ cmd: 'publish', topic: back, payload, qos: 1, messageId: 1, dup: false, retain: false });
    },
  };
}

/** MQTT 3.1.1 has no DISCONNECT for servers. */
function dismiss(client: ScriptedClient, reasonCode: number): void {
  if (client.protocolVersion === 5) client.send({ cmd: 'disconnect', reasonCode });
  client.socket.end();
}
