// One live connection to a server: attempts, states, outbox and subscriptions. Knows no Node-RED and no mqtt.js.

import type { MqttFlowsError } from '../core/errors/mqtt-flows-error';
import type { IncomingPublication, OutgoingPublication } from '../core/publications/publication';
import { defaultPublishOptions, type PublishOptions, type Settled } from '../core/publications/publish-options';
import type { OutboxFigures } from '../core/reports/outbox-figures';
import type { Receipt, ServerInfo, Transport, TransportListener } from '../transport/transport';
import type { DeliveryWindow } from './acknowledgement/delivery-window';
import { DeliveryWindows } from './acknowledgement/delivery-windows';
import { AnswerWatch, type SendingWatch } from './answer-watch';
import { connectTimedOut } from './attempts/connect-timed-out';
import { hearWhile } from './attempts/hear-while';
import { Retry } from './attempts/retry';
import { ServerChoice } from './attempts/server-choice';
import { Timer } from './clock';
import type { AttemptOptions, ConnectionSettings, ConnectionTarget, ConnectionWorld } from './connection-settings';
import { type ConnectionState, type StateListener, StateWatch } from './connection-state';
import { Outbox } from './outbox/outbox';
import { Presence } from './presence';
import { SessionHome } from './session/session-home';
import { type RemoveSubscriber, type Subscriber, Subscriptions } from './subscriptions/subscriptions';
import { Traffic } from './traffic';

/** How long close() waits for acknowledgements, in ms: Node-RED gives a node 15 s to close, users less. */
const DRAIN = 800;

export class Connection {
  /** What goes over it, all attempts together. */
  readonly traffic = new Traffic();
  /** Delivers what no server has sent to subscribers that take replays, with or without a connection. */
  readonly replays: Pick<Subscriptions['deliveries'], 'paused' | 'replay'>;
  readonly #settings: ConnectionSettings;
  readonly #world: ConnectionWorld & SendingWatch;
  readonly #outbox: Outbox;
  readonly #subscriptions: Subscriptions;
  readonly #windows: DeliveryWindows;
  readonly #retry: Retry;
  #presence: Presence;
  readonly #states: StateWatch;
  #transport: Transport | undefined;
  /** Counts attempts over all time: events of an earlier one are late, and do no harm. */
  #generation = 0;
  /** Counts attempts since the connection last stood. */
  #attempt = 0;
  /** Since when the connection stands, in ms of `Clock.now()`. */
  #connectedAt: number | undefined;
  #stopAnnouncing: () => void = () => {};
  #servers: ServerChoice;
  readonly #home: SessionHome;
  #endSession = false;
  /** For the next attempt, for the end of this one, or for the last acknowledgements. */
  readonly #timer: Timer;
  #leaving: Promise<void> | undefined;
  #final = false;
  /** Whether the last word was connect() or disconnect(). */
  #wanted = false;
  #endDrain: () => void = () => {};
  #givenBack = 0;

  constructor(settings: ConnectionSettings, world: ConnectionWorld) {
    this.#settings = settings;
    this.#world = { ...world, answers: new AnswerWatch(world.clock), traffic: this.traffic };
    this.#timer = new Timer(world.clock);
    this.#states = new StateWatch(world.report);
    this.#outbox = new Outbox(settings.outbox, this.#world, settings.outboxStore);
    this.#subscriptions = new Subscriptions(world.clock, world.report, this.#world.answers, settings.session);
    this.replays = this.#subscriptions.deliveries;
    this.#windows = new DeliveryWindows(world.clock);
    this.#states.add((state) => this.#windows.follow(state));
    this.#retry = new Retry(settings.reconnect, world.random);
    this.#presence = new Presence(settings.messages, this.#world);
    this.#home = new SessionHome(settings.session);
    this.#servers = new ServerChoice(settings.endpoints, settings.protocolVersion);
  }

  get state(): ConnectionState {
    return this.#states.state;
  }

  /** Publications that wait or are in flight. */
  get outboxDepth(): number {
    return this.#outbox.depth;
  }

  get outboxFigures(): OutboxFigures {
    return this.#outbox.figures;
  }
  clearOutbox(): void {
    this.#outbox.clear();
  }

  /** Calls `listener` now and at each change; the function returned ends that. */
  watch(listener: StateListener): () => void {
    return this.#states.add(listener);
  }

  /** Connects until disconnect() or close(), while it is ending afterwards; `now`: without waiting for the next attempt. */
  connect(now = false): void {
    this.#wanted = true;
    if (now && this.state.kind === 'waiting') this.#try(this.state.attempt);
    if (this.state.kind !== 'idle') return;
    this.#servers.restart();
    this.#try(1);
  }

  /** Changes where and how the next attempts connect. Call while idle: what is under way is not changed. */
  retarget({ endpoints, protocolVersion, messages }: ConnectionTarget): void {
    this.#presence = new Presence(messages, this.#world);
    this.#servers = new ServerChoice(endpoints, protocolVersion);
    this.#home.forgetAssigned();
  }

  /** Ends the connection; what waits in the outbox waits on. Resolves when the stream is gone. */
  async disconnect(): Promise<void> {
    this.#wanted = false;
    if (this.state.kind !== 'idle' && this.state.kind !== 'closed') await this.#leave();
  }

  /**
   * Ends the connection for good. What is on its way gets a moment to be acknowledged; all else is settled as closed.
   * Resolves when the stream is gone, with the number of publications that were given back. `endSession` tells an MQTT 5
   * server, if there is a connection, that nobody will come back for the session.
   */
  async close(endSession = false): Promise<number> {
    this.#final = true;
    this.#endSession ||= endSession;
    if (this.state.kind !== 'closed') await this.#leave();
    return this.#givenBack;
  }

  /** Takes a publication; `settled` is called exactly once. Subscriptions asked for earlier go out before it. */
  publish(publication: OutgoingPublication, settled: Settled, options: PublishOptions = defaultPublishOptions): void {
    this.#subscriptions.sendChanges();
    this.#outbox.accept(publication, settled, options);
  }

  /** Adds a subscriber; the function returned takes it away again. */
  subscribe(subscriber: Subscriber): RemoveSubscriber {
    return this.#subscriptions.add(subscriber);
  }

  /** A window for a subscriber that acknowledges later. It hears of this connection until it is discarded. */
  openWindow(): DeliveryWindow {
    return this.#windows.open();
  }

  get subscriptionsInUse(): Subscriptions['inUse'] {
    return this.#subscriptions.inUse;
  }

  /** Until releaseSubscriptions(), changes of subscriptions are not sent. `forGood`: the flows end, nothing is delivered. */
  holdSubscriptions(forGood = false): void {
    this.#subscriptions.hold(forGood);
  }

  releaseSubscriptions(): void {
    this.#subscriptions.release();
  }

  #try(attempt: number): void {
    this.#attempt = attempt;
    const { connectOptions, connectTimeout } = this.#settings;
    const server = this.#servers.current.name;
    this.#states.enter({ kind: 'connecting', stage: 'tcp', attempt, server });
    this.#timer.start(connectTimeout, () => this.#giveUp(server));
    const options = connectOptions(this.#servers.current);
    const generation = ++this.#generation;
    if (!(options instanceof Promise)) return this.#open(options);
    void options.then((ready) => {
      if (this.#generation !== generation) return;
      if (ready.ok) this.#open(ready.value);
      else this.#lost(ready.error, server);
    });
  }

  #open(options: AttemptOptions): void {
    const { name, open } = this.#servers.current;
    const clientId = this.#home.clientId(options.clientId);
    this.#subscriptions.connectAs([clientId, options.username, options.password].join('\0'));
    const complete = { ...options, server: name, clientId, protocolVersion: this.#servers.protocol.version };
    this.#transport = this.#world.openTransport(open, complete, this.#listener(name));
  }

  #giveUp(server: string): void {
    const stage = this.state.kind === 'connecting' ? this.state.stage : 'tcp';
    this.#transport?.destroy();
    this.#lost(connectTimedOut(stage, this.#settings.connectTimeout), server);
  }

  #listener(server: string): TransportListener {
    const generation = ++this.#generation;
    return hearWhile(() => this.#generation === generation, {
      stage: (stage) => {
        if (this.state.kind === 'connecting') this.#states.enter({ ...this.state, stage });
      },
      connected: (info) => this.#connected(info, server),
      message: (publication, receipt) => this.#received(publication, receipt),
      writable: () => this.#outbox.pump(),
      closed: (error) => this.#lost(error, server),
    });
  }

  #received(publication: IncomingPublication, receipt?: Receipt): void {
    this.traffic.countReceived(publication.topic);
    this.#world.answers.heard();
    this.#subscriptions.deliver(publication, receipt);
  }

  #connected(info: ServerInfo, server: string): void {
    const transport = this.#transport;
    if (!transport) return;
    this.#timer.stop();
    this.#attempt = 0;
    this.#connectedAt = this.#world.clock.now();
    this.#world.answers.begin(transport, (error) => {
      transport.destroy();
      this.#lost(error, server);
    });
    this.#servers.protocol.accepted();
    const { known, place } = this.#home.enter(info, server);
    // Before the state changes: who looks then must not see what an earlier connection was granted.
    this.#subscriptions.attach(transport, known);
    this.#states.enter({ kind: 'connected', info, server });
    const announced = this.#outbox.enter(transport, known, place);
    this.#stopAnnouncing = this.#presence.announce(transport, info, this.#subscriptions, announced);
  }

  #lost(error: MqttFlowsError, server: string): void {
    const lived = this.#connectedAt === undefined ? undefined : this.#world.clock.now() - this.#connectedAt;
    this.#abandon();
    const overFilter = this.#subscriptions.detach(error, this.#presence.quiet);
    const overPublication = this.#outbox.detach(overFilter ? undefined : error);
    if (this.#leaving) return this.#endDrain();
    if (this.#servers.protocol.failed(error)) return this.#try(this.#attempt);
    const attempt = this.#attempt + 1;
    this.#servers.failed(error, lived !== undefined);
    const { error: explained, delay } = this.#retry.after(
      overPublication ?? error,
      this.#attempt,
      lived,
      this.#servers.count,
      overFilter || overPublication !== undefined,
    );
    this.#states.enter({ kind: 'waiting', error: explained, attempt, nextAt: this.#world.clock.now() + delay, server });
    this.#timer.start(delay, () => this.#try(attempt));
  }

  /** Ends what is; whoever asks again meanwhile waits for the same end. */
  #leave(): Promise<void> {
    this.#leaving ??= this.#end();
    return this.#leaving;
  }

  async #end(): Promise<void> {
    const info = this.state.kind === 'connected' ? this.state.info : undefined;
    this.#timer.stop();
    this.#states.enter({ kind: 'closing' });
    const answers = !(info && this.#final) || (await this.#drained());
    // Before the end of the connection: what was received for a publication that is safe on disk is acknowledged.
    const kept = this.#final && this.#settings.outboxStore && (await this.#outbox.close()) === 0;
    const retiring = info && this.#transport && this.#presence.retire(this.#transport, info);
    // A server that acknowledges nothing will not acknowledge the close message either.
    if (retiring && answers) await retiring;
    const transport = this.#abandon();
    this.#subscriptions.detach();
    await transport?.close(this.#endSession);
    this.#outbox.detach();
    this.#leaving = undefined;
    // close() may have been called while disconnect() was under way.
    if (!this.#final) {
      this.#states.enter({ kind: 'idle' });
      // connect() may have been called meanwhile.
      return this.#wanted ? this.connect() : undefined;
    }
    if (!kept) this.#givenBack = await this.#outbox.close();
    this.#states.enter({ kind: 'closed' });
    this.#states.clear();
  }

  /** Resolves with true when the outbox is empty; with false when the connection is lost or the moment is over. */
  #drained(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#endDrain = () => resolve(false);
      this.#timer.start(DRAIN, this.#endDrain);
      this.#outbox.onceEmpty(() => resolve(true));
    });
  }

  /** Stops to listen to the current transport, and hands it over. */
  #abandon(): Transport | undefined {
    const transport = this.#transport;
    this.#transport = undefined;
    this.#connectedAt = undefined;
    this.#world.answers.end();
    this.#stopAnnouncing();
    this.#generation++;
    this.#timer.stop();
    return transport;
  }
}
