// What the broker knows of a client beyond its connection (MQTT 5, section 4.1): its subscriptions, what waits for it and
// what is on its way, and what came from it at QoS 2.

import type { QoS } from '../../core/publications/publication';
import { Fifo } from '../../core/queues/fifo';
import type { Copy } from '../publications/copy';
import type { RetainedReplay } from '../retained/retained-replay';
import type { Receiver, Subscription, TopicCheck } from '../subscriptions/subscription';
import { isRefusal, type ReasonCode } from '../wire/reason';
import { Crowding } from './crowding';
import { type Delivery, newDelivery } from './delivery';
import { InFlight } from './in-flight';
import type { SessionConnection, SessionHost } from './session-connection';
import { NEVER_EXPIRES, type PendingWill, type SessionOptions } from './session-options';
import type { SessionStore } from './session-store';
import { Waiting } from './waiting';

export class Session implements Receiver {
  readonly clientId: string;
  /** Its number in the store. */
  readonly number: number;
  readonly store: SessionStore | undefined;
  /** By filter, as the client wrote it. */
  readonly subscriptions = new Map<string, Subscription<Session>>();
  /** QoS 2 publications that came and are not released yet, by packet identifier (MQTT 5, section 4.3.3). */
  readonly incoming = new Set<number>();
  found = 0;
  /** Whose it is: somebody else who comes with its client identifier gets another one. */
  user = '';
  will: PendingWill | undefined;
  /** s for which it outlives its connection */
  expiryInterval = 0;
  /** When its connection ended, in ms; undefined while it has one. */
  endedAt: number | undefined;
  /** Publications that it has lost because there was no room. */
  droppedCount = 0;
  readonly #host: SessionHost;
  readonly #waiting: Waiting;
  /** Publishers that wait for it. */
  readonly crowding: Crowding;
  readonly #inFlight = new InFlight();
  /** Those that an earlier connection has not settled, to be sent again. */
  readonly #again = new Fifo<Delivery>();
  /** Retained messages for new subscriptions, which are made as the client reads them. */
  readonly #replays = new Fifo<RetainedReplay>();
  #connection: SessionConnection | undefined;
  /** A loss has been told since there was room last. */
  #lossTold = false;

  constructor(options: SessionOptions) {
    this.clientId = options.clientId;
    this.number = options.number;
    this.store = options.store;
    this.#host = options.host;
    this.#waiting = new Waiting(options.limits, (bytes) => options.host.waitingChanged(bytes));
    this.crowding = new Crowding(this.#waiting);
  }

  get connected(): boolean {
    return this.#connection !== undefined;
  }

  get queuedCount(): number {
    return this.#waiting.count;
  }

  get inFlightCount(): number {
    return this.#inFlight.count;
  }

  /** When it is over without a connection, in ms; Infinity while it has one, and for those that never expire. */
  get expiresAt(): number {
    if (this.endedAt === undefined || this.expiryInterval === NEVER_EXPIRES) return Number.POSITIVE_INFINITY;
    return this.endedAt + this.expiryInterval * 1000;
  }

  takes(qos: QoS): boolean {
    return this.#connection !== undefined || qos > 0;
  }

  /** Sends `copy` now, or keeps it until it can be sent. */
  deliver(copy: Copy): void {
    if (copy.qos === 0) return this.#deliverPlain(copy);
    const { store } = this;
    copy.publication.own();
    const delivery = newDelivery(copy, store ? store.queue(copy) : 0);
    if (this.#connection?.writable && this.#mayStart && !this.#waiting.hasDeliveries && this.#again.length === 0) {
      this.#start(delivery, this.#connection);
      return;
    }
    store?.set(delivery);
    this.#waiting.pushDelivery(delivery);
    this.#kept();
  }

  /** Sends what is retained for a new subscription, after what waits already. */
  replay(replay: RetainedReplay): void {
    this.#replays.push(replay);
    this.pump();
  }

  /** The client has connected: what waits goes to it, and what is open of earlier connections before that. */
  attach(connection: SessionConnection): void {
    this.#connection = connection;
    this.endedAt = undefined;
    this.crowding.reset();
    this.#inFlight.reconnected();
    this.#again.drain();
    for (const delivery of this.#inFlight.all()) this.#again.push(delivery);
    this.pump();
  }

  /** The connection is over, `now` in ms. */
  detach(now: number): void {
    this.#connection = undefined;
    this.endedAt = now;
    this.#waiting.clearPlain();
    this.crowding.letGo();
  }

  /** Sends as much as the client takes. Call when it takes more than before. */
  pump(): void {
    while (this.#connection?.writable && this.#sendNext(this.#connection));
    if (this.#waiting.count === 0) this.#lossTold = false;
    this.crowding.shrunk();
  }

  /** PUBACK has come. */
  acknowledged(packetIdentifier: number): void {
    const delivery = this.#inFlight.get(packetIdentifier);
    if (delivery?.copy.qos !== 1) return;
    this.#finish(delivery);
    this.pump();
  }

  /** PUBREC has come; false when nothing is known of that publication. */
  received(packetIdentifier: number, reasonCode: ReasonCode): boolean {
    const delivery = this.#inFlight.get(packetIdentifier);
    if (delivery?.copy.qos !== 2) return false;
    if (isRefusal(reasonCode)) {
      this.#finish(delivery);
      this.pump();
      return true;
    }
    const { store } = this;
    const connection = this.#connection;
    if (!delivery.released) {
      delivery.released = true;
      store?.set(delivery);
    }
    const release = (): void => {
      if (this.#connection === connection) connection?.release(packetIdentifier);
    };
    // A broker that forgot this would send the publication again, and the client would take it for another one.
    if (store) store.written(release);
    else release();
    return true;
  }

  /** PUBCOMP has come. */
  completed(packetIdentifier: number): void {
    const delivery = this.#inFlight.get(packetIdentifier);
    if (!delivery?.released) return;
    this.#finish(delivery);
    this.pump();
  }

  /** Forgets what waits on topics that its client may not read any more. */
  withdraw(permits: TopicCheck): void {
    for (const delivery of this.#waiting.withdraw(permits)) this.store?.forget(delivery);
  }

  /** Forgets all, in the store too. */
  end(): void {
    this.#connection = undefined;
    this.crowding.letGo();
    for (const delivery of this.#inFlight.all()) this.store?.forget(delivery);
    this.#inFlight.clear();
    while (this.#waiting.count > 0) {
      const delivery = this.#waiting.drop();
      if (delivery) this.store?.forget(delivery);
    }
    for (const packetIdentifier of this.incoming) this.store?.forgetIncoming(packetIdentifier);
    this.incoming.clear();
    this.store?.forgetSession();
  }

  /** Takes back what was in the store. */
  restore(delivery: Delivery): void {
    this.store?.restored(delivery.sequence);
    if (delivery.packetIdentifier > 0) {
      this.#inFlight.restore(delivery);
      return;
    }
    this.#waiting.pushDelivery(delivery);
  }

  get #mayStart(): boolean {
    return this.#connection !== undefined && this.#inFlight.hasPlace(this.#connection.receiveMaximum);
  }

  #deliverPlain(copy: Copy): void {
    const connection = this.#connection;
    if (!connection) return;
    if (connection.writable && !this.#waiting.hasPlain) {
      connection.publish(copy, 0, false);
      return;
    }
    copy.publication.own();
    this.#waiting.pushPlain(copy);
    this.#kept();
  }

  /** One more waits: makes room where there is none, and has publishers wait for a client that is there. */
  #kept(): void {
    if (this.#host.overfull) this.#drop();
    while (this.#waiting.isFull) this.#drop();
    if (this.#connection && this.crowding.grown(this.#host.now())) this.#host.crowded(this.crowding);
  }

  #drop(): void {
    const delivery = this.#waiting.drop();
    if (delivery) this.store?.forget(delivery);
    this.droppedCount++;
    this.#host.dropped(this, !this.#lossTold);
    this.#lossTold = true;
  }

  /** Sends one more; false when there is none, or no place for it. */
  #sendNext(connection: SessionConnection): boolean {
    const open = this.#again.first;
    if (open?.released) {
      this.#again.shift();
      connection.release(open.packetIdentifier);
      return true;
    }
    if (open && this.#mayStart) {
      this.#again.shift();
      // It may be settled meanwhile, by a late answer of the client.
      if (!this.#inFlight.has(open)) return true;
      this.#inFlight.take(open);
      if (!connection.publish(open.copy, open.packetIdentifier, true)) this.#finish(open);
      open.copy.release();
      return true;
    }
    const now = this.#host.now();
    const copy = this.#waiting.shiftPlain();
    if (copy) {
      if (!copy.publication.isExpired(now)) connection.publish(copy, 0, false);
      copy.release();
      return true;
    }
    if (open || !this.#mayStart) return false;
    const delivery = this.#waiting.shiftDelivery();
    if (!delivery) return this.#replayNext();
    if (delivery.copy.publication.isExpired(now)) this.store?.forget(delivery);
    else this.#start(delivery, connection);
    delivery.copy.release();
    return true;
  }

  /** Sends one more of what was retained when the client subscribed. */
  #replayNext(): boolean {
    const replay = this.#replays.first;
    if (!replay) return false;
    const copy = replay.next();
    if (!copy) {
      this.#replays.shift();
      return true;
    }
    this.deliver(copy);
    copy.release();
    return true;
  }

  #start(delivery: Delivery, connection: SessionConnection): void {
    const { store } = this;
    const { copy } = delivery;
    this.#inFlight.add(delivery);
    const send = (): void => {
      if (this.#connection !== connection || !this.#inFlight.has(delivery)) return;
      if (!connection.publish(copy, delivery.packetIdentifier, false)) this.#finish(delivery);
    };
    if (!store) return send();
    if (copy.qos === 2 || delivery.timesKept === 0) store.set(delivery);
    // Exactly once: after a restart the same publication must come with the same identifier.
    if (copy.qos === 1) return send();
    store.written(() => {
      send();
      copy.release();
    });
  }

  #finish(delivery: Delivery): void {
    this.#inFlight.finish(delivery);
    this.store?.forget(delivery);
  }
}
