// One live connection to a server: attempts, waits, states, and the two that live on it, outbox and subscriptions.
// Knows no Node-RED and no mqtt.js.

import { type BackoffLimits, backoffDelay } from '../core/backoff';
import { type ErrorStage, MqttFlowsError } from '../core/mqtt-flows-error';
import type { OutgoingPublication } from '../core/publication';
import type {
  ConnectOptions,
  OpenStream,
  OpenTransport,
  ProtocolVersion,
  ServerInfo,
  Transport,
  TransportListener,
} from '../transport/transport';
import type { Clock } from './clock';
import type { ConnectionState } from './connection-state';
import { Outbox, type OutboxLimits, type Settled } from './outbox';
import { type Subscriber, Subscriptions } from './subscriptions';

/** A server to try: how to reach it, and its name for people. */
export interface Endpoint {
  readonly name: string;
  readonly open: OpenStream;
}

export interface ConnectionSettings {
  /** Tried in their order. */
  readonly endpoints: readonly [Endpoint, ...Endpoint[]];
  /** `auto` is MQTT 5, and 3.1.1 once a server has refused that version. */
  readonly protocolVersion: 'auto' | ProtocolVersion;
  /** Asked at each attempt, so that what it answers may change. */
  readonly connectOptions: () => Omit<ConnectOptions, 'protocolVersion'>;
  /** ms from the first packet to CONNACK */
  readonly connectTimeout: number;
  readonly reconnect: BackoffLimits;
  readonly outbox: OutboxLimits;
}

/** What a connection is given of the world. */
export interface ConnectionWorld {
  readonly openTransport: OpenTransport;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** How long close() waits for acknowledgements, in ms: Node-RED gives a node 15 s to close, users less. */
const DRAIN = 1000;

type StateListener = (state: ConnectionState) => void;

export class Connection {
  readonly #settings: ConnectionSettings;
  readonly #world: ConnectionWorld;
  readonly #outbox: Outbox;
  readonly #subscriptions: Subscriptions;
  readonly #listeners = new Set<StateListener>();
  #state: ConnectionState = { kind: 'idle' };
  #transport: Transport | undefined;
  /** Counts attempts over all time: events of an earlier one are late, and do no harm. */
  #generation = 0;
  /** Counts attempts since the connection last stood. */
  #attempt = 0;
  #protocolVersion: ProtocolVersion;
  #cancelTimer: (() => void) | undefined;
  #leaving: Promise<void> | undefined;
  #final = false;
  #endDrain: () => void = () => {};
  #givenBack = 0;
  /** States that listeners have not all heard of yet, oldest first. */
  readonly #news: ConnectionState[] = [];

  constructor(settings: ConnectionSettings, world: ConnectionWorld) {
    this.#settings = settings;
    this.#world = world;
    this.#outbox = new Outbox(settings.outbox);
    this.#subscriptions = new Subscriptions((reconcile) => world.clock.after(0, reconcile));
    this.#protocolVersion = settings.protocolVersion === 'auto' ? 5 : settings.protocolVersion;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Publications that wait or are in flight. */
  get outboxDepth(): number {
    return this.#outbox.depth;
  }

  /** Calls `listener` now and at each change; the function returned ends that. */
  watch(listener: StateListener): () => void {
    this.#listeners.add(listener);
    listener(this.#state);
    return () => this.#listeners.delete(listener);
  }

  /** Starts to connect, and stays at it until disconnect() or close(). While it is ending, it starts afterwards. */
  connect(): void {
    if (this.#state.kind === 'idle') this.#try(1);
    else if (this.#leaving && !this.#final) void this.#leaving.then(() => this.connect());
  }

  /** Ends the connection; what waits in the outbox waits on. Resolves when the stream is gone. */
  async disconnect(): Promise<void> {
    if (this.#state.kind !== 'idle' && this.#state.kind !== 'closed') await this.#leave();
  }

  /**
   * Ends the connection for good. What is on its way gets a moment to be acknowledged; all else is settled as closed.
   * Resolves when the stream is gone, with the number of publications that were given back.
   */
  async close(): Promise<number> {
    this.#final = true;
    if (this.#state.kind !== 'closed') await this.#leave();
    return this.#givenBack;
  }

  /** Takes a publication; `settled` is called exactly once. */
  publish(publication: OutgoingPublication, settled: Settled): void {
    this.#outbox.accept(publication, settled);
  }

  /** Adds a subscriber; the function returned takes it away again. */
  subscribe(subscriber: Subscriber): () => void {
    return this.#subscriptions.add(subscriber);
  }

  /** Until releaseSubscriptions(), changes of subscriptions are collected and not sent. */
  holdSubscriptions(): void {
    this.#subscriptions.hold();
  }

  releaseSubscriptions(): void {
    this.#subscriptions.release();
  }

  #try(attempt: number): void {
    this.#attempt = attempt;
    const { connectOptions, connectTimeout } = this.#settings;
    const endpoint = this.#endpoint(attempt);
    const server = endpoint.name;
    this.#enter({ kind: 'connecting', stage: 'tcp', attempt, server });
    const options = { ...connectOptions(), protocolVersion: this.#protocolVersion };
    this.#wait(connectTimeout, () => this.#giveUp(server));
    this.#transport = this.#world.openTransport(endpoint.open, options, this.#listener(server));
  }

  #giveUp(server: string): void {
    const stage = this.#state.kind === 'connecting' ? this.#state.stage : 'tcp';
    this.#transport?.destroy();
    this.#lost(new MqttFlowsError('connection-timeout', { stage }), server);
  }

  #listener(server: string): TransportListener {
    const generation = ++this.#generation;
    const current = (): boolean => this.#generation === generation;
    return {
      stage: (stage) => {
        if (current()) this.#stage(stage);
      },
      connected: (info) => {
        if (current()) this.#connected(info, server);
      },
      message: (publication) => {
        if (current()) this.#subscriptions.deliver(publication);
      },
      writable: () => {
        if (current()) this.#outbox.pump();
      },
      closed: (error) => {
        if (current()) this.#lost(error, server);
      },
    };
  }

  #stage(stage: ErrorStage): void {
    if (this.#state.kind === 'connecting') this.#enter({ ...this.#state, stage });
  }

  #connected(info: ServerInfo, server: string): void {
    const transport = this.#transport;
    if (!transport) return;
    this.#stopWaiting();
    this.#attempt = 0;
    this.#enter({ kind: 'connected', info, server });
    this.#subscriptions.attach(transport, info);
    this.#outbox.attach(transport, info);
  }

  #lost(error: MqttFlowsError, server: string): void {
    this.#abandon();
    this.#subscriptions.detach();
    this.#outbox.detach();
    if (this.#leaving) {
      this.#endDrain();
      return;
    }
    if (
      error.code === 'protocol-version-refused' &&
      this.#settings.protocolVersion === 'auto' &&
      this.#protocolVersion === 5
    ) {
      this.#protocolVersion = 4;
      this.#try(this.#attempt);
      return;
    }
    const attempt = this.#attempt + 1;
    const delay = backoffDelay(Math.max(1, this.#attempt), this.#settings.reconnect, this.#world.random());
    this.#enter({ kind: 'waiting', error, attempt, nextAt: this.#world.clock.now() + delay, server });
    this.#wait(delay, () => this.#try(attempt));
  }

  /** Ends what is; whoever asks again meanwhile waits for the same end. */
  #leave(): Promise<void> {
    this.#leaving ??= this.#end();
    return this.#leaving;
  }

  async #end(): Promise<void> {
    const connected = this.#state.kind === 'connected';
    this.#stopWaiting();
    this.#enter({ kind: 'closing' });
    if (connected && this.#final) await this.#drained();
    const transport = this.#abandon();
    this.#subscriptions.detach();
    await transport?.close();
    this.#outbox.detach();
    this.#leaving = undefined;
    // close() may have been called while disconnect() was under way.
    if (!this.#final) return this.#enter({ kind: 'idle' });
    this.#givenBack = this.#outbox.close();
    this.#enter({ kind: 'closed' });
    this.#listeners.clear();
  }

  /** Resolves when the outbox is empty, the connection is lost, or the moment is over. */
  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#endDrain = resolve;
      this.#wait(DRAIN, resolve);
      this.#outbox.onceEmpty(resolve);
    });
  }

  /** Stops to listen to the current transport, and hands it over. */
  #abandon(): Transport | undefined {
    const transport = this.#transport;
    this.#transport = undefined;
    this.#generation++;
    this.#stopWaiting();
    return transport;
  }

  #endpoint(attempt: number): Endpoint {
    const { endpoints } = this.#settings;
    return endpoints[(attempt - 1) % endpoints.length] ?? endpoints[0];
  }

  #wait(delay: number, callback: () => void): void {
    this.#stopWaiting();
    this.#cancelTimer = this.#world.clock.after(delay, callback);
  }

  #stopWaiting(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #enter(state: ConnectionState): void {
    this.#state = state;
    this.#news.push(state);
    // A listener that brings about the next state must not make the others hear it before this one.
    if (this.#news.length > 1) return;
    try {
      for (const news of this.#news) for (const listener of [...this.#listeners]) listener(news);
    } finally {
      this.#news.length = 0;
    }
  }
}
