// What a server has stored, and sends when it is asked for a subscription: it goes to those who are new, once, and to
// nobody else who has the same filter, or another one that matches.

import type { IncomingPublication } from '../../core/publications/publication';
import type { Clock } from '../clock';
import { receiversThat } from './receivers';
import type { Subscriber } from './subscriber';
import type { Interest, WireSubscription } from './wire-subscription';

/** ms without any of it, after which nothing more is expected. */
const QUIET = 500;
/** Topics that are remembered to have come, for each subscription or subscriber. */
const MOST_TOPICS = 50_000;

export class RetainedReplays {
  readonly #clock: Clock;
  readonly #ended: () => void;
  /** Those that are replaying, and what ends the wait of those that the server has answered. */
  readonly #wires = new Map<WireSubscription, (() => void) | undefined>();
  /** Topics that a subscriber has been given in the replays that go on, where it may get them several times. */
  readonly #given = new Map<Subscriber | string, Set<string>>();

  /** `ended` is called when the replay for a subscription is over. */
  constructor(clock: Clock, ended: () => void) {
    this.#clock = clock;
    this.#ended = ended;
  }

  /** The server is being asked, and will send what it has stored for `wire`. */
  start(wire: WireSubscription): void {
    wire.replaying = true;
    wire.replayed.clear();
    this.#wires.set(wire, undefined);
  }

  /** The server has granted it: what it has stored comes now. */
  granted(wire: WireSubscription): void {
    if (!wire.replaying) return;
    wire.replayedAt = this.#clock.now();
    this.#await(wire, QUIET);
  }

  /** There is nothing to come: it was refused, or is gone. */
  stop(wire: WireSubscription): void {
    this.#wires.get(wire)?.();
    this.#wires.delete(wire);
    wire.replaying = false;
    wire.replayed.clear();
  }

  /** The server has been asked for all that is wanted now. */
  asked(): void {
    if (this.#wires.size === 0) this.#given.clear();
  }

  stopAll(): void {
    for (const wire of [...this.#wires.keys()]) this.stop(wire);
    this.#given.clear();
  }

  /**
   * Who gets `publication`, which has the retain flag, because it was stored; undefined when no replay that goes on
   * explains it, or when it is one of now (MQTT 5, section 3.3.1.3).
   */
  receivers(
    publication: IncomingPublication,
    matching: readonly WireSubscription[],
    identified: readonly WireSubscription[],
    mqtt5: boolean,
  ): readonly Interest[] | undefined {
    // A message without a payload is never stored (section 3.3.1.3).
    if (this.#wires.size === 0 || publication.payload.length === 0) return undefined;
    const sources = identified.length > 0 ? identified : matching;
    const replaying = sources.filter((wire) => wire.replaying);
    if (replaying.length === 0 || !replaying.some((wire) => isFirst(wire, publication.topic, mqtt5))) return undefined;
    const now = this.#clock.now();
    for (const wire of replaying) wire.replayedAt = now;
    const once = identified.length > 0;
    return receiversThat(replaying, (interest) => interest.receivesStored).filter(
      ({ subscriber }) =>
        (once && subscriber.subscriptions.length === 1) || this.#firstFor(subscriber, publication.topic),
    );
  }

  #firstFor(subscriber: Subscriber, topic: string): boolean {
    const who = subscriber.identity ?? subscriber;
    let topics = this.#given.get(who);
    if (!topics) {
      topics = new Set();
      this.#given.set(who, topics);
    }
    if (topics.has(topic)) return false;
    if (topics.size < MOST_TOPICS) topics.add(topic);
    return true;
  }

  #await(wire: WireSubscription, delay: number): void {
    this.#wires.get(wire)?.();
    const cancel = this.#clock.after(delay, () => {
      const left = wire.replayedAt + QUIET - this.#clock.now();
      if (left > 0) return this.#await(wire, left);
      this.stop(wire);
      this.#ended();
    });
    this.#wires.set(wire, cancel);
  }
}

/**
 * What is stored comes once. With MQTT 5 a topic that comes again was published meanwhile, also where that should not show:
 * mosquitto 2.0 does not change retain as published at a second SUBSCRIBE.
 */
function isFirst(wire: WireSubscription, topic: string, mqtt5: boolean): boolean {
  if (!mqtt5) return true;
  if (wire.replayed.has(topic)) return false;
  if (wire.replayed.size < MOST_TOPICS) wire.replayed.add(topic);
  return true;
}
