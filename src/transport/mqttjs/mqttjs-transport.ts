// The transport over mqtt.js: one MqttClient for one byte stream, used only while connected. mqtt.js neither queues,
// reconnects nor resubscribes here; the connection does (docs/decisions.md, 1).

import type { Duplex } from 'node:stream';
import type { IConnackPacket, MqttClient, Packet } from 'mqtt';
import type { ErrorStage, MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { CONNECTION_IDENTIFIERS, PacketIdentifiers } from '../../core/publications/packet-identifiers';
import type { OutgoingPublication } from '../../core/publications/publication';
import type { WireFilter } from '../../core/topics/topic-filter';
import { AcknowledgementWriter } from '../inbound/acknowledgement-writer';
import { InboundFlow } from '../inbound/inbound-flow';
import { InboundSession } from '../inbound/inbound-session';
import type { Violation } from '../inbound/incoming-aliases';
import { OutboundFlow } from '../outbound/outbound-flow';
import { lacksIdentifier, take } from '../packets/received-packet';
import { subscribeOutcome } from '../packets/server-answers';
import { asMqttFlowsError, hungUp } from '../streams/network-error';
import type {
  ConnectOptions,
  OpenStream,
  OpenTransport,
  Outbound,
  PublishOutcome,
  SubscribeOutcome,
  SubscribeRequest,
  Transport,
  TransportListener,
} from '../transport';
import { checkFirstBytes } from './first-bytes';
import { type GuardedPipe, guardPipe, type Thrift } from './guarded-pipe';
import { identifierProvider } from './identifier-provider';
import { KeepAlive } from './keep-alive';
import { mqttjs } from './mqttjs';
import { clientError, packetProblem, protocolError, thrownError } from './mqttjs-error';
import { clientOptions, serverInfo } from './mqttjs-options';
import { mqttjsWire } from './mqttjs-wire';
import { Unanswered } from './pending-answers';
import { closeStream, sendLastWord } from './send-disconnect';

/**
 * Opens the transports of one connection, which share the state of its session. With `thrift`, they read only what it
 * admits; the options of the connection must then allow no topic aliases.
 */
export function mqttjsTransports(thrift?: Thrift): OpenTransport {
  const session = new InboundSession();
  const identifiers = new PacketIdentifiers(CONNECTION_IDENTIFIERS, Math.random());
  // Now, and not between the packets of a first attempt to connect.
  mqttjs();
  return (open, options, listener) => new MqttjsTransport(open, options, listener, session, identifiers, thrift);
}

class MqttjsTransport implements Transport {
  readonly #options: ConnectOptions;
  readonly #listener: TransportListener;
  readonly #session: InboundSession;
  readonly #identifiers: PacketIdentifiers;
  readonly #thrift: Thrift | undefined;
  readonly #opening = new AbortController();
  #stage: ErrorStage = 'tcp';
  #stream: Duplex | undefined;
  #client: MqttClient | undefined;
  /** These are set once the server has accepted. */
  #inbound: InboundFlow | undefined;
  #acknowledgements: AcknowledgementWriter | undefined;
  #pipe: GuardedPipe | undefined;
  #outbound: OutboundFlow | undefined;
  #connected = false;
  /** Set once the listener has been told of the end, or must no longer be told. */
  #over = false;
  #error: MqttFlowsError | undefined;
  readonly #unanswered = new Unanswered();
  readonly #keepAlive = new KeepAlive();

  constructor(
    open: OpenStream,
    options: ConnectOptions,
    listener: TransportListener,
    session: InboundSession,
    identifiers: PacketIdentifiers,
    thrift?: Thrift,
  ) {
    this.#options = options;
    this.#listener = listener;
    this.#session = session;
    this.#identifiers = identifiers;
    this.#thrift = thrift;
    open((stage) => this.#enter(stage), this.#opening.signal).then(
      (stream) => this.#start(stream),
      (error: unknown) => this.#fail(asMqttFlowsError(error, this.#stage)),
    );
  }

  get writable(): boolean {
    const stream = this.#stream;
    // A destroyed stream is not writable, even before its close event.
    return this.#connected && !this.#over && stream?.writable === true && !stream.writableNeedDrain;
  }

  get reading(): boolean {
    return !this.#keepAlive.held;
  }

  get unacknowledged(): number {
    return this.#inbound?.unacknowledged ?? 0;
  }

  get progress(): Transport['progress'] {
    return this.#keepAlive.progress;
  }

  send(outbound: Outbound, dup: boolean): void {
    if (this.#outbound && !this.#over) this.#outbound.send(outbound, dup);
    else outbound.settled({ kind: 'unconfirmed' });
  }

  release(outbound: Outbound): void {
    if (this.#outbound && !this.#over) this.#outbound.release(outbound);
    else outbound.settled({ kind: 'unconfirmed' });
  }

  publish(publication: OutgoingPublication, settled: (outcome: PublishOutcome) => void): void {
    if (this.#outbound && !this.#over) this.#outbound.publish(publication, this.#identifiers, settled);
    else settled({ kind: 'unconfirmed' });
  }

  subscribe(request: SubscribeRequest, settled: (outcome: SubscribeOutcome) => void): void {
    const client = this.#client;
    if (!client || this.#over) return settled({ kind: 'unanswered' });
    const settle = this.#unanswered.once(settled, { kind: 'unanswered' });
    const { filter, qos, noLocal: nl, retainAsPublished: rap, retainHandling: rh, identifier } = request;
    const v5 = this.#options.protocolVersion === 5;
    const entry = v5 ? { qos, nl, rap, rh } : { qos };
    const options = v5 && identifier !== undefined ? { properties: { subscriptionIdentifier: identifier } } : {};
    client.subscribe({ [filter]: entry }, options, (error, _granted, packet) =>
      settle(subscribeOutcome(error, packet)),
    );
  }

  unsubscribe(filter: WireFilter, settled: (answered: boolean) => void): void {
    const client = this.#client;
    if (!client || this.#over) return settled(false);
    const settle = this.#unanswered.once<boolean>(settled, false);
    client.unsubscribe(filter, (error) => settle(!error));
  }

  ping(answered: () => void): void {
    this.#acknowledgements?.flush();
    if (!this.#over) this.#keepAlive.ping(answered);
  }

  async close(endSession = false): Promise<void> {
    this.#over = true;
    this.#opening.abort();
    const stream = this.#stream;
    const client = this.#client;
    if (!stream || !client) return;
    const disconnect = (): void => {
      this.#acknowledgements?.flush();
      // end(false) waits without limit for acknowledgements, and end(true) sends no DISCONNECT.
      for (const id of Object.keys(client.outgoing)) client.removeOutgoingMessage(Number(id));
      const forget = this.#options.protocolVersion === 5 && endSession;
      client.end(false, forget ? { properties: { sessionExpiryInterval: 0 } } : {});
    };
    await closeStream(stream, this.#connected ? disconnect : undefined);
    this.#settleUnanswered();
  }

  destroy(): void {
    this.#over = true;
    this.#opening.abort();
    this.#stream?.destroy();
    this.#settleUnanswered();
  }

  #enter(stage: ErrorStage): void {
    this.#stage = stage;
    if (!this.#over) this.#listener.stage(stage);
  }

  #start(stream: Duplex): void {
    if (this.#over) return void stream.destroy();
    this.#stream = stream;
    this.#enter('connack');
    // Added before mqtt.js adds its own listener, which swallows errors without a code.
    stream.on('error', (error) => this.#note(asMqttFlowsError(error, this.#stage)));
    stream.on('close', () => this.#fail(this.#error ?? hungUp(this.#stage)));
    stream.on('drain', () => {
      this.#outbound?.drained();
      this.#listener.writable();
    });
    const end = {
      failed: (error: unknown) => this.#broken(error),
      tooLarge: (bytes: number) => this.#violated({ reasonCode: 0x95, reason: `a packet of ${bytes} bytes` }),
    };
    this.#pipe = guardPipe(stream, end, this.#options.properties?.maximumPacketSize, this.#thrift);
    const client = new (mqttjs().MqttClient)(() => stream, {
      ...clientOptions(this.#options),
      messageIdProvider: identifierProvider(this.#identifiers),
      timerVariant: this.#keepAlive.timer,
    });
    this.#client = client;
    this.#keepAlive.watch(client, stream);
    checkFirstBytes(stream, (error) => this.#note(error));
    client.on('error', (error) => this.#note(clientError(error, this.#stage)));
    client.on('connect', (packet) => this.#catch((connack) => this.#connack(client, stream, connack), packet));
    client.on('packetreceive', (packet) => this.#catch(this.#received, packet));
  }

  #connack(client: MqttClient, stream: Duplex, packet: IConnackPacket): void {
    this.#connected = true;
    this.#stage = 'connected';
    const v5 = this.#options.protocolVersion === 5;
    this.#outbound = new OutboundFlow(mqttjsWire(client, stream, v5, packet, (bytes) => this.#keepAlive.wrote(bytes)));
    if (!this.#over) this.#listener.connected(serverInfo(packet, this.#options));
    if (!this.#over) this.#inbound?.start();
  }

  readonly #received = (packet: Packet): void => {
    this.#keepAlive.hear(packet.cmd);
    // Without an identifier, mqtt.js would throw where nothing catches. A second CONNACK, which no server may send (MQTT 5,
    // section 3.2), would make it begin anew.
    if (lacksIdentifier(packet) || (packet.cmd === 'connack' && this.#acknowledgements)) {
      this.#note(protocolError(packet.cmd, this.#stage));
      return take(packet);
    }
    // mqtt.js reports a refusal without the server's explanation.
    const refusal = packetProblem(packet, this.#options.protocolVersion === 5);
    if (refusal) return this.#note(refusal);
    if (packet.cmd === 'connack') this.#accepted(packet);
    if (packet.cmd === 'publish' || packet.cmd === 'pubrel') {
      if (!this.#over) this.#inbound?.take(packet);
      return take(packet);
    }
    if (packet.cmd !== 'puback' && packet.cmd !== 'pubrec' && packet.cmd !== 'pubcomp') return;
    const problem = this.#outbound?.answered(packet);
    if (problem) this.#note(protocolError(problem, this.#stage));
    take(packet);
  };

  /** Called before mqtt.js's event: packets in one piece with CONNACK come before that. */
  #accepted({ sessionPresent, properties }: IConnackPacket): void {
    const stream = this.#stream;
    if (!stream) return;
    const { server, clientId } = this.#options;
    if (properties?.serverKeepAlive) this.#keepAlive.demanded(properties.serverKeepAlive);
    this.#session.resume(server, properties?.assignedClientIdentifier ?? clientId, sessionPresent);
    const overflow = { reasonCode: 0x97, reason: 'acknowledgements are not read' };
    const writer = new AcknowledgementWriter(stream, () => this.#violated(overflow));
    this.#acknowledgements = writer;
    this.#inbound = new InboundFlow(this.#options, this.#session, writer, {
      message: (publication, receipt) => this.#listener.message(publication, receipt),
      crowded: (held) => {
        this.#keepAlive.held = held;
        this.#pipe?.hold(held);
      },
      violated: (violation) => this.#violated(violation),
    });
  }

  #violated({ reasonCode, reason }: Violation): void {
    this.#inbound = undefined;
    const error = protocolError(reason, this.#stage, reasonCode);
    if (this.#options.protocolVersion !== 5 || !this.#stream?.writable) return this.#note(error);
    this.#error ??= error;
    sendLastWord(this.#stream, reasonCode);
  }

  /** An exception over a packet ends this connection, not the process. */
  #catch<P extends Packet>(handle: (packet: P) => void, packet: P): void {
    try {
      handle(packet);
    } catch (error) {
      this.#broken(error);
    }
  }

  #broken(error: unknown): void {
    this.#note(thrownError(error, this.#stage));
  }

  /** Keeps the first error as the reason for the end of the stream. */
  #note(error: MqttFlowsError): void {
    this.#error ??= error;
    // After a refused CONNECT or a malformed packet the connection is over, whether or not mqtt.js closes the stream.
    this.#stream?.destroy();
  }

  #fail(error: MqttFlowsError): void {
    const over = this.#over;
    this.#over = true;
    this.#settleUnanswered();
    if (!over) this.#listener.closed(error);
  }

  #settleUnanswered(): void {
    this.#outbound?.end();
    this.#unanswered.end();
  }
}
