// The session of a client (MQTT 5, section 4.1): its subscriptions, its waiting and in-flight publications, and those
// received from it with QoS 2.

import type { QoS } from '../../core/publications/publication';
import type { Copy } from '../publications/copy';
import type { RetainedReplay } from '../retained/retained-replay';
import type { Receiver, Subscription, TopicCheck } from '../subscriptions/subscription';
import { isRefusal, type ReasonCode } from '../wire/reason';
import { Crowding } from './crowding';
import { type Delivery, mayGoToAnother, newDelivery } from './delivery';
import { InFlight } from './in-flight';
import { PacketIdentifiers } from './packet-identifiers';
import { Replays } from './replays';
import type { SessionConnection, SessionHost } from './session-connection';
import { NEVER_EXPIRES, type PendingWill, type SessionOptions } from './session-options';
import type { SessionStore } from './session-store';
import { SessionSubscriptions } from './session-subscriptions';
import { Waiting } from './waiting';

export class Session implements Receiver {
  readonly clientId: string;
  /** Its number in the store. */
  readonly number: number;
  readonly store: SessionStore | undefined;
  readonly subscriptions = new SessionSubscriptions<Subscription<Session>>();
  /** Received and unreleased QoS 2 publications (MQTT 5, section 4.3.3). */
  readonly incoming = new PacketIdentifiers();
  found = 0;
  /** The user that it belongs to. Another user with the same client identifier gets another session. */
  user = '';
  will: PendingWill | undefined;
  /** s for which it outlives its connection */
  expiryInterval = 0;
  /** When its connection ended, in ms; undefined while it has one. */
  endedAt: number | undefined;
  /** The number of publications dropped for lack of room. */
  droppedCount = 0;
  readonly #host: SessionHost;
  readonly #waiting: Waiting;
  /** Delays publishers while the client reads too slowly. */
  readonly crowding: Crowding;
  readonly #inFlight: InFlight;
  /** Retained messages for new subscriptions, sent as fast as the client reads them. */
  readonly replays: Replays;
  #connection: SessionConnection | undefined;
  /** A loss was reported since there last was room. */
  #lossTold = false;

  constructor(options: SessionOptions) {
    this.clientId = options.clientId;
    this.number = options.number;
    this.store = options.store;
    const { limits, host } = options;
    this.#host = host;
    this.#inFlight = new InFlight(limits.bytes / 2, host.inFlight);
    this.#waiting = new Waiting({ limits, pool: host.waiting, dropped: (delivery) => this.#dropped(delivery) });
    this.crowding = new Crowding(this.#waiting);
    this.replays = new Replays(this, host.defer);
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

  /** When it expires, in ms; Infinity while it has a connection, and if it never expires. */
  get expiresAt(): number {
    if (this.endedAt === undefined || this.expiryInterval === NEVER_EXPIRES) return Number.POSITIVE_INFINITY;
    return this.endedAt + this.expiryInterval * 1000;
  }

  takes(qos: QoS): boolean {
    return this.#connection !== undefined || qos > 0;
  }

  /** Sends `copy`, or queues it until it can be sent. */
  deliver(copy: Copy, share: string): void {
    if (copy.qos === 0) return this.#deliverPlain(copy);
    const { store } = this;
    const connection = this.#connection;
    const isNext =
      connection?.writable &&
      !this.#waiting.firstDelivery &&
      !this.#inFlight.again &&
      this.#inFlight.hasRoom(copy.size);
    if (!isNext && !this.#waiting.admits(copy)) return;
    if (store) copy.publication.own();
    const delivery = newDelivery(copy, share, store ? store.queue(copy) : 0);
    if (isNext) {
      this.#start(delivery, connection);
      // After it was sent, as it came: others may get the same bytes.
      copy.publication.own();
      return;
    }
    copy.publication.own();
    store?.set(delivery);
    this.#waiting.pushDelivery(delivery);
    this.#grown();
  }

  /** Sends the retained messages for a new subscription, after the publications that wait already. */
  replay(replay: RetainedReplay): void {
    this.replays.add(replay);
    this.pump();
  }

  /** Forgets the subscription to `filter`, and what is retained for it and not under way. */
  unsubscribe(filter: string): void {
    this.subscriptions.delete(filter);
    this.replays.delete(filter);
  }

  /** The client has connected. It gets the unfinished deliveries of earlier connections, then what waits. */
  attach(connection: SessionConnection): void {
    this.#connection = connection;
    this.endedAt = undefined;
    this.crowding.reset();
    this.#inFlight.reconnected(connection.receiveMaximum);
    this.pump();
  }

  /** The connection has ended at `now`, in ms. */
  detach(now: number): void {
    this.#connection = undefined;
    this.endedAt = now;
    this.#waiting.clearPlain();
    this.crowding.letGo();
  }

  /** Sends as much as the client accepts. Call it when the client accepts more than before. */
  pump(): void {
    while (this.#connection?.writable && this.#sendNext(this.#connection));
    if (this.#waiting.count === 0) this.#lossTold = false;
    this.crowding.shrunk();
  }

  /** PUBACK has arrived. */
  acknowledged(packetIdentifier: number): void {
    const delivery = this.#inFlight.get(packetIdentifier);
    if (delivery?.copy.qos !== 1) return;
    this.#finish(delivery);
    this.pump();
  }

  /** PUBREC has arrived. False when the publication is unknown. */
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
    // Without this, a restarted broker would send the publication again, and the client would take it as a new one.
    if (store) store.written(release);
    else release();
    return true;
  }

  /** PUBCOMP has arrived. */
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

  /** Deletes everything, in the store as well. Returns what is left for the other members of shared subscriptions. */
  end(): Delivery[] {
    this.#connection = undefined;
    this.crowding.letGo();
    const left = [...this.#inFlight.all(), ...this.#waiting.clear()];
    for (const delivery of left) this.store?.forget(delivery);
    this.#inFlight.clear();
    for (const packetIdentifier of this.incoming.drain()) this.store?.forgetIncoming(packetIdentifier);
    this.subscriptions.clear();
    this.replays.clear();
    this.store?.forgetSession();
    return left.filter(mayGoToAnother);
  }

  /** Restores an entry of the store. */
  restore(delivery: Delivery): void {
    this.store?.restored(delivery.sequence);
    if (delivery.packetIdentifier > 0) this.#inFlight.restore(delivery);
    else this.#waiting.restore(delivery);
  }

  #deliverPlain(copy: Copy): void {
    const connection = this.#connection;
    if (!connection) return;
    if (connection.writable && !this.#waiting.hasPlain) {
      connection.publish(copy, 0, false);
      return;
    }
    if (!this.#waiting.admits(copy)) return;
    copy.publication.own();
    this.#waiting.pushPlain(copy);
    this.#grown();
  }

  /** One more waits. */
  #grown(): void {
    if (this.#connection && this.crowding.grown(this.#host.now())) this.#host.crowded(this.crowding);
  }

  #dropped(delivery: Delivery | undefined): void {
    if (delivery) this.store?.forget(delivery);
    this.droppedCount++;
    this.#host.dropped(this, !this.#lossTold);
    this.#lossTold = true;
  }

  /** Sends one more. False when none waits, or none may be sent. */
  #sendNext(connection: SessionConnection): boolean {
    const open = this.#inFlight.again;
    if (open?.released) {
      this.#inFlight.repeated(open);
      connection.release(open.packetIdentifier);
      return true;
    }
    if (open && this.#inFlight.hasPlace) {
      this.#inFlight.repeated(open);
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
    if (open || !this.#inFlight.hasPlace) return false;
    const delivery = this.#waiting.firstDelivery;
    if (!delivery) return this.#replayNext();
    if (!this.#inFlight.hasRoom(delivery.copy.size)) return false;
    this.#waiting.shiftDelivery();
    if (delivery.copy.publication.isExpired(now)) this.store?.forget(delivery);
    else this.#start(delivery, connection);
    delivery.copy.release();
    return true;
  }

  /** Sends one more of the retained messages for a new subscription. */
  #replayNext(): boolean {
    const copy = this.replays.next((size) => this.#inFlight.hasRoom(size));
    if (!copy) return false;
    this.deliver(copy, '');
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
    if (copy.qos === 2 || !delivery.kept) store.set(delivery);
    // Exactly once: after a restart, the publication must have the same identifier.
    if (copy.qos === 1) return send();
    store.written(() => {
      send();
      copy.release();
      // One that is too large for the client has left its place to the next.
      if (!this.#inFlight.has(delivery)) this.pump();
    });
  }

  #finish(delivery: Delivery): void {
    this.#inFlight.finish(delivery);
    this.store?.forget(delivery);
  }
}
