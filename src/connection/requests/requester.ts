// The requests of one node: so many at a time, the others wait, and each ends exactly once.

import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { Clock } from '../clock';
import { PendingRequest, type Request, type RequestEnd, type RequestListener } from './pending-request';
import type { ReplyChannel, RequestLink } from './reply-channel';
import type { ResponseTopics } from './response-topics';

export interface RequestLimits {
  /** Requests that may be under way. */
  readonly atATime: number;
  /** Requests that may wait for one of these to end. */
  readonly waiting: number;
}

export interface RequestFigures {
  readonly underWay: number;
  readonly waiting: number;
  /** Replies that came after the end of their request. */
  readonly late: number;
  /** ms from the last answered request to its reply */
  readonly roundTrip: number | undefined;
}

/** ms before its timeout in which a request is not published any more */
const LEAST = 20;

type Ended = (end: RequestEnd) => void;

export class Requester implements RequestListener {
  readonly #link: RequestLink;
  readonly #topics: ResponseTopics;
  readonly #clock: Clock;
  #limits: RequestLimits;
  readonly #underWay = new Map<PendingRequest, Ended>();
  readonly #waiting = new Map<PendingRequest, Ended>();
  /** Requests under way that wait for a first connection. */
  readonly #unplaced = new Set<PendingRequest>();
  #unwatch: () => void = () => {};
  #late = 0;
  #roundTrip: number | undefined;
  #changed: () => void = () => {};
  #closed = false;
  #starting = false;

  /** `whenClosed` decides when the requests end whose connection was closed for good. */
  constructor(
    link: RequestLink,
    topics: ResponseTopics,
    clock: Clock,
    limits: RequestLimits,
    whenClosed = (end: () => void): void => end(),
  ) {
    this.#link = link;
    this.#topics = topics;
    this.#clock = clock;
    this.#limits = limits;
    this.#unwatch = link.watch(({ kind }) => {
      if (kind === 'connected') this.#placeAll();
      if (kind === 'closed') whenClosed(() => this.close());
    });
  }

  get figures(): RequestFigures {
    return {
      underWay: this.#underWay.size,
      waiting: this.#waiting.size,
      late: this.#late,
      roundTrip: this.#roundTrip,
    };
  }

  /** Serves an instance of the node with these limits from now on, and tells it of changes of the figures. */
  serve(limits: RequestLimits, changed: () => void): void {
    this.#limits = limits;
    this.#changed = changed;
    this.#startWaiting();
  }

  /** Takes a request. `ended` is called exactly once, possibly before this returns. */
  ask(request: Request, ended: Ended): void {
    const pending = new PendingRequest(request, this.#clock, this);
    const free = this.#underWay.size < this.#limits.atATime;
    if (!free && this.#waiting.size < this.#limits.waiting && !this.#closed) {
      this.#waiting.set(pending, ended);
      return this.#changed();
    }
    this.#underWay.set(pending, ended);
    if (this.#closed) return pending.close();
    if (!free) return pending.fail(this.#overloaded());
    this.#place(pending);
    this.#changed();
  }

  ended(pending: PendingRequest, end: RequestEnd): void {
    const ended = this.#underWay.get(pending) ?? this.#waiting.get(pending);
    this.#waiting.delete(pending);
    this.#unplaced.delete(pending);
    if (this.#underWay.delete(pending)) this.#startWaiting();
    this.#changed();
    ended?.(end);
  }

  late(): void {
    this.#late++;
    this.#changed();
  }

  roundTrip(time: number): void {
    this.#roundTrip = time;
  }

  /** Ends all requests with an error, and refuses later ones. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unwatch();
    for (const pending of [...this.#underWay.keys(), ...this.#waiting.keys()]) pending.close();
  }

  /** One that ends at once makes room for the next one in the same loop: nested calls would fill the stack. */
  #startWaiting(): void {
    if (this.#starting) return;
    this.#starting = true;
    for (const [pending, ended] of this.#waiting) {
      if (this.#closed || this.#underWay.size >= this.#limits.atATime) break;
      this.#waiting.delete(pending);
      this.#underWay.set(pending, ended);
      this.#place(pending);
    }
    this.#starting = false;
  }

  #placeAll(): void {
    for (const pending of this.#unplaced) {
      this.#unplaced.delete(pending);
      this.#place(pending);
    }
  }

  /** Finds where it is answered, and publishes it as soon as that is subscribed. */
  #place(pending: PendingRequest): void {
    const { responder, whileOffline } = pending.request;
    const channel = this.#topics.channelFor(responder);
    if (!channel) {
      if (whileOffline === 'fail') pending.fail(new MqttFlowsError('not-connected', { stage: 'publish' }));
      else this.#unplaced.add(pending);
      return;
    }
    if (!channel.ok) return pending.fail(channel.error);
    const { value } = channel;
    value.enter(pending, (problem) => {
      // Too late for an answer: its timer ends it.
      if (pending.over || pending.left < LEAST) return;
      if (problem) pending.fail(problem);
      else this.#publish(pending, value);
    });
  }

  #publish(pending: PendingRequest, channel: ReplyChannel): void {
    const { whileOffline, origin } = pending.request;
    const publication = channel.addressed(pending);
    pending.published();
    this.#link.publish(publication, (result) => pending.settled(result), {
      whileOffline,
      origin,
      completeOn: 'acknowledged',
      // Nobody waits for its answer afterwards, and a device must not do later what counts as failed.
      timeToLive: Math.max(pending.left - 1, 1) / 1000,
    });
  }

  #overloaded(): MqttFlowsError {
    const { atATime, waiting } = this.#limits;
    return new MqttFlowsError('request-overloaded', { stage: 'request', params: { atATime, waiting } });
  }
}
