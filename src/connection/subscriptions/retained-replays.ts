// The retained messages that a server sends after a SUBSCRIBE. They go once to the new subscribers, and to no others
// with the same or another matching filter.

import type { IncomingPublication } from '../../core/publications/publication';
import type { Clock } from '../clock';
import type { RoundTrips } from '../round-trips';
import { receiversThat } from './receivers';
import type { Interest, ServerSubscription } from './server-subscription';
import type { Subscriber } from './subscriber';

/** ms without a retained message after which a replay counts as over, once all that is on its way has come */
const QUIET = 500;
/** The most topics that are remembered for each subscription or subscriber. */
const MOST_TOPICS = 50_000;

interface Replay {
  /** When the last retained message of it came, in ms of the clock. */
  at: number;
  /** Ends the wait for the end of the replay, which begins once the server has answered. */
  stopWaiting: () => void;
}

const nothing = (): void => {};

export class RetainedReplays {
  readonly #clock: Clock;
  readonly #roundTrips: RoundTrips;
  readonly #ended: () => void;
  /** Those that are replaying. */
  readonly #subscriptions = new Map<ServerSubscription, Replay>();
  /** Topics that a subscriber has had in the current replays, if it may get them several times. */
  readonly #given = new Map<Subscriber | string, Set<string>>();

  /** `ended` is called when the replay for a subscription is over. */
  constructor(clock: Clock, roundTrips: RoundTrips, ended: () => void) {
    this.#clock = clock;
    this.#roundTrips = roundTrips;
    this.#ended = ended;
  }

  /** The server is being asked, and will send what it has stored for `subscription`. */
  start(subscription: ServerSubscription): void {
    subscription.startReplay();
    this.#subscriptions.set(subscription, { at: 0, stopWaiting: nothing });
  }

  /** The server has granted it: the retained messages arrive now. */
  granted(subscription: ServerSubscription): void {
    const replay = this.#subscriptions.get(subscription);
    if (!replay) return;
    replay.at = this.#clock.now();
    this.#await(subscription, replay, QUIET);
  }

  /** Nothing will arrive: it was refused or removed. */
  stop(subscription: ServerSubscription): void {
    this.#subscriptions.get(subscription)?.stopWaiting();
    this.#subscriptions.delete(subscription);
    subscription.endReplay();
  }

  /** All wanted SUBSCRIBEs have been sent. */
  asked(): void {
    if (this.#subscriptions.size === 0) this.#given.clear();
  }

  stopAll(): void {
    for (const subscription of [...this.#subscriptions.keys()]) this.stop(subscription);
    this.#given.clear();
  }

  /**
   * The receivers of `publication`, which has the retain flag, if it is a retained message; undefined when no current
   * replay explains it, or when it is live (MQTT 5, section 3.3.1.3).
   */
  receivers(
    publication: IncomingPublication,
    matching: readonly ServerSubscription[],
    identified: readonly ServerSubscription[],
    mqtt5: boolean,
  ): readonly Interest[] | undefined {
    // A message without a payload is never retained (section 3.3.1.3).
    if (this.#subscriptions.size === 0 || publication.payload.length === 0) return undefined;
    const sources = identified.length > 0 ? identified : matching;
    const replaying = sources.filter((subscription) => subscription.replaying);
    // What a SUBSCRIBE makes the server send has no identifier but its own (MQTT 5, section 3.3.2.3.8).
    if (identified.length > 1 && replaying.length < identified.length) return undefined;
    if (replaying.length === 0 || !replaying.some((subscription) => isFirst(subscription, publication.topic, mqtt5)))
      return undefined;
    const now = this.#clock.now();
    for (const subscription of replaying) {
      const replay = this.#subscriptions.get(subscription);
      if (replay) replay.at = now;
    }
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

  #await(subscription: ServerSubscription, replay: Replay, delay: number): void {
    replay.stopWaiting();
    replay.stopWaiting = this.#clock.after(delay, () => {
      const { at } = replay;
      const left = at + QUIET - this.#clock.now();
      if (left > 0) return this.#await(subscription, replay, left);
      // It may have been quiet because the server, the link or this process stood still.
      replay.stopWaiting = this.#roundTrips.begin(() => {
        if (replay.at !== at) return this.#await(subscription, replay, replay.at + QUIET - this.#clock.now());
        this.stop(subscription);
        this.#ended();
      });
    });
  }
}

/**
 * A retained message arrives once. With MQTT 5, a topic that arrives again was published meanwhile, even where the flag
 * should not show that: mosquitto 2.0 does not change retain as published at a second SUBSCRIBE.
 */
function isFirst(subscription: ServerSubscription, topic: string, mqtt5: boolean): boolean {
  if (!mqtt5) return true;
  return subscription.isFirstReplayed(topic);
}
