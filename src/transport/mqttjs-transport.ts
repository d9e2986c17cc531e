// The transport over mqtt.js: one MqttClient for one byte stream, used only while connected. mqtt.js neither queues,
// reconnects nor resubscribes here; those are the connection's, because of what mqtt.js does with them.

import type { Duplex } from 'node:stream';
import { type IConnackPacket, MqttClient, type Packet, Store, UniqueMessageIdProvider } from 'mqtt';
import { type ErrorStage, MqttFlowsError } from '../core/mqtt-flows-error';
import type { OutgoingPublication } from '../core/publication';
import { connackError, isFailure } from '../core/reason-code';
import type { WireFilter } from '../core/topic-filter';
import { checkFirstBytes } from './first-bytes';
import { clientOptions, serverInfo } from './mqttjs-options';
import { asMqttFlowsError, hungUp, networkError } from './network-error';
import { fromPacket } from './publish-properties';
import type {
  ConnectOptions,
  OpenStream,
  OpenTransport,
  PublishOutcome,
  SubscribeOutcome,
  SubscribeRequest,
  Transport,
  TransportListener,
} from './transport';

/** How long close() waits for DISCONNECT to leave and the other side to close, in ms. */
const CLOSE_GRACE = 500;

/**
 * Opens the transports of one connection. They share what has come in at QoS 2 and has not been released: when a session
 * goes on, its server releases by identifier alone (MQTT 5, section 4.3.3).
 */
export function mqttjsTransports(): OpenTransport {
  const incoming = new Store({ clean: false });
  return (open, options, listener) => new MqttjsTransport(open, options, listener, incoming);
}

class MqttjsTransport implements Transport {
  readonly #options: ConnectOptions;
  readonly #listener: TransportListener;
  readonly #incoming: Store;
  readonly #opening = new AbortController();
  #stage: ErrorStage = 'tcp';
  #stream: Duplex | undefined;
  #client: MqttClient | undefined;
  #connected = false;
  /** Set once the listener has heard, or must no longer hear, that it is over. */
  #over = false;
  #error: MqttFlowsError | undefined;
  /** What waits for an answer; settled as unanswered when the stream goes, since mqtt.js forgets some callbacks. */
  readonly #unanswered = new Set<() => void>();
  /** Reason codes of the last PUBACK, PUBREC or PUBCOMP per packet: mqtt.js keeps successful ones to itself. */
  readonly #ackReasons = new Map<number, number>();

  constructor(open: OpenStream, options: ConnectOptions, listener: TransportListener, incoming: Store) {
    this.#options = options;
    this.#listener = listener;
    this.#incoming = incoming;
    open((stage) => this.#enter(stage), this.#opening.signal).then(
      (stream) => this.#start(stream),
      (error: unknown) => this.#fail(asMqttFlowsError(error, this.#stage)),
    );
  }

  get writable(): boolean {
    const stream = this.#stream;
    // A destroyed stream is not writable, though its close event may still be to come.
    return this.#connected && !this.#over && stream?.writable === true && !stream.writableNeedDrain;
  }

  publish(publication: OutgoingPublication, settled: (outcome: PublishOutcome) => void): void {
    const client = this.#client;
    if (!client || this.#over) return settled({ kind: 'unconfirmed' });
    const settle = this.#once(settled, { kind: 'unconfirmed' });
    const { topic, payload, qos, retain, properties } = publication;
    const v5 = this.#options.protocolVersion === 5 && properties;
    client.publish(topic, payload, { qos, retain, ...(v5 ? { properties } : {}) }, (error, packet) => {
      if (error) return settle(refusedOrUnconfirmed(error));
      const id = packet?.messageId;
      const reasonCode = id === undefined ? 0 : (this.#ackReasons.get(id) ?? 0);
      if (id !== undefined) this.#ackReasons.delete(id);
      settle({ kind: 'acknowledged', reasonCode });
    });
  }

  subscribe(request: SubscribeRequest, settled: (outcome: SubscribeOutcome) => void): void {
    const client = this.#client;
    if (!client || this.#over) return settled({ kind: 'unanswered' });
    const settle = this.#once(settled, { kind: 'unanswered' });
    const { filter, qos, noLocal: nl, retainAsPublished: rap, retainHandling: rh, identifier } = request;
    const v5 = this.#options.protocolVersion === 5;
    const entry = v5 ? { qos, nl, rap, rh } : { qos };
    const options = v5 && identifier !== undefined ? { properties: { subscriptionIdentifier: identifier } } : {};
    client.subscribe({ [filter]: entry }, options, (error, _granted, packet) => {
      const code = packet?.granted[0];
      if (typeof code !== 'number')
        return settle(error ? { kind: 'unanswered' } : { kind: 'refused', reasonCode: 0x80 });
      settle(
        code === 0 || code === 1 || code === 2 ? { kind: 'granted', qos: code } : { kind: 'refused', reasonCode: code },
      );
    });
  }

  unsubscribe(filter: WireFilter, settled: () => void): void {
    const client = this.#client;
    if (!client || this.#over) return settled();
    const settle = this.#once(settled, undefined);
    client.unsubscribe(filter, () => settle(undefined));
  }

  async close(): Promise<void> {
    this.#over = true;
    this.#opening.abort();
    const stream = this.#stream;
    const client = this.#client;
    if (!stream || !client) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => stream.destroy(), CLOSE_GRACE);
      stream.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      if (stream.destroyed || !this.#connected) {
        stream.destroy();
        if (stream.closed) resolve();
        return;
      }
      // end(false) waits without limit for what is unacknowledged, and end(true) sends no DISCONNECT.
      for (const id of Object.keys(client.outgoing)) client.removeOutgoingMessage(Number(id));
      client.end(false);
    });
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
    if (this.#over) {
      stream.destroy();
      return;
    }
    this.#stream = stream;
    this.#enter('connack');
    // Before mqtt.js adds its own, which swallows errors without a code.
    stream.on('error', (error) => this.#note(asMqttFlowsError(error, this.#stage)));
    stream.on('close', () => this.#fail(this.#error ?? hungUp(this.#stage)));
    stream.on('drain', () => this.#listener.writable());
    const client = new MqttClient(() => stream, {
      ...clientOptions(this.#options),
      messageIdProvider: new UniqueMessageIdProvider(),
      incomingStore: this.#incoming,
    });
    this.#client = client;
    checkFirstBytes(stream, (error) => this.#note(error));
    client.on('error', (error) => this.#note(clientError(error, this.#stage)));
    client.on('connect', (packet) => this.#connack(packet));
    client.on('packetreceive', (packet) => this.#received(packet));
    client.on('disconnect', ({ reasonCode = 0 }) => {
      this.#note(new MqttFlowsError('disconnected-by-server', { stage: 'connected', reasonCode }));
    });
    client.on('message', (topic, payload, packet) => {
      if (!this.#over) this.#listener.message(fromPacket(topic, payload, packet));
    });
  }

  #connack(packet: IConnackPacket): void {
    this.#connected = true;
    this.#stage = 'connected';
    if (!this.#over) this.#listener.connected(serverInfo(packet, this.#options.protocolVersion));
  }

  #received(packet: Packet): void {
    if (lacksIdentifier(packet)) {
      this.#note(new MqttFlowsError('protocol-error', { stage: this.#stage, params: { reason: packet.cmd } }));
      // mqtt.js handles it after this, and would throw where nobody catches it. As PINGRESP it does no harm.
      Object.assign(packet, { cmd: 'pingresp' });
      return;
    }
    if (packet.cmd !== 'puback' && packet.cmd !== 'pubrec' && packet.cmd !== 'pubcomp') return;
    if (packet.reasonCode && packet.messageId !== undefined) this.#ackReasons.set(packet.messageId, packet.reasonCode);
  }

  /** Keeps the first error as the reason for the end that follows it. */
  #note(error: MqttFlowsError): void {
    this.#error ??= error;
    // A refused CONNECT and a broken packet stream are final, whether or not mqtt.js closes the stream.
    this.#stream?.destroy();
  }

  #fail(error: MqttFlowsError): void {
    const over = this.#over;
    this.#over = true;
    this.#settleUnanswered();
    if (!over) this.#listener.closed(error);
  }

  #once<O>(settled: (outcome: O) => void, unanswered: O): (outcome: O) => void {
    const giveUp = (): void => settle(unanswered);
    const settle = (outcome: O): void => {
      if (this.#unanswered.delete(giveUp)) settled(outcome);
    };
    this.#unanswered.add(giveUp);
    return settle;
  }

  #settleUnanswered(): void {
    for (const giveUp of [...this.#unanswered]) giveUp();
    this.#ackReasons.clear();
  }
}

/** mqtt-packet lets packets pass that are too short for their identifier; none may be 0 (MQTT 5, section 2.2.1). */
function lacksIdentifier(packet: Packet): boolean {
  const needed = packet.cmd === 'pubrel' || packet.cmd === 'pubrec' || (packet.cmd === 'publish' && packet.qos > 0);
  return needed && !(packet.messageId !== undefined && packet.messageId > 0);
}

/** mqtt.js puts the reason code of a negative PUBACK, PUBREC or PUBCOMP into `code`; other errors say nothing of it. */
function refusedOrUnconfirmed(error: Error): PublishOutcome {
  const code = reasonCodeOf(error);
  return code !== undefined && isFailure(code) ? { kind: 'refused', reasonCode: code } : { kind: 'unconfirmed' };
}

function clientError(error: Error, stage: ErrorStage): MqttFlowsError {
  const code = reasonCodeOf(error);
  if (stage === 'connack' && code !== undefined) {
    return new MqttFlowsError(connackError(code), { stage, reasonCode: code });
  }
  if ('code' in error && typeof error.code === 'string') return networkError(error, stage, {});
  if (error.message === 'Keepalive timeout') return new MqttFlowsError('keepalive-timeout', { stage });
  return new MqttFlowsError('protocol-error', { stage, params: { reason: error.message.slice(0, 200) } });
}

function reasonCodeOf(error: Error): number | undefined {
  return 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}
