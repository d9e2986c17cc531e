// Finds the topic filter over which a server ends the connection, as a server does that forbids by hanging up. It must
// never be one that a bad network has cut off: see docs/decisions.md.

import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { WireFilter } from '../../core/topics/topic-filter';

/** DISCONNECT for reasons that only a SUBSCRIBE gives (MQTT 5, section 3.14.2.1). */
const OVER_A_FILTER: ReadonlySet<number | undefined> = new Set<number | undefined>([
  0x8f, // topic filter invalid
  0x9e, // shared subscriptions not supported
  0xa1, // subscription identifiers not supported
  0xa2, // wildcard subscriptions not supported
]);
/** DISCONNECT for reasons that a SUBSCRIBE gives among others. */
const PERHAPS_OVER_A_FILTER: ReadonlySet<number | undefined> = new Set([
  0x80, // unspecified error
  0x83, // implementation specific error
  0x87, // not authorized
  0x97, // quota exceeded
]);
/** How many connections in a row a filter may cost that was alone, when the server gives no reason. */
const SILENT_ENDS = 3;
/** A server that ends the connection over a SUBSCRIBE does so within this time, in ms. */
const SOON = 2000;
/** For how long a forbidden filter is not sent, in ms: permissions change at servers. */
export const FORBIDDEN_FOR = 3_600_000;

interface Forbidden {
  readonly error: MqttFlowsError;
  /** On the clock of the connection, in ms. */
  readonly until: number;
}

export class ForbiddenFilters {
  /** Asked for on this connection and not answered, in the order of sending. */
  readonly #waiting = new Set<WireFilter>();
  /** Unanswered at a suspicious end, with the number of ends in a row at which each was the only one. */
  readonly #suspects = new Map<WireFilter, number>();
  readonly #forbidden = new Map<WireFilter, Forbidden>();
  #askedAt = Number.NEGATIVE_INFINITY;

  /** Whether suspects have to be asked for one by one, before anything is published. */
  get searching(): boolean {
    return this.#suspects.size > 0;
  }

  isSuspect(filter: WireFilter): boolean {
    return this.#suspects.has(filter);
  }

  /** Whether `filter` may be sent now: a suspect goes alone. */
  mayAsk(filter: WireFilter): boolean {
    return this.#waiting.size === 0 || !this.#suspects.has(filter);
  }

  /** SUBSCRIBE for `filter` is sent at `now`. */
  asked(filter: WireFilter, now: number): void {
    this.#waiting.add(filter);
    this.#askedAt = now;
  }

  /** The server has answered for `filter`. */
  answered(filter: WireFilter): void {
    this.#waiting.delete(filter);
    this.#suspects.delete(filter);
  }

  /** Why `filter` must not be sent at `now`; undefined where it may be. */
  problem(filter: WireFilter, now: number): MqttFlowsError | undefined {
    const forbidden = this.#forbidden.get(filter);
    if (!forbidden) return undefined;
    if (now < forbidden.until) return forbidden.error;
    this.retry(filter);
    return undefined;
  }

  /** Lets `filter` be sent once more, alone. False when it was not forbidden. */
  retry(filter: WireFilter): boolean {
    if (!this.#forbidden.delete(filter)) return false;
    this.#suspects.set(filter, 0);
    return true;
  }

  /** Nobody asks for `filter` any more. */
  drop(filter: WireFilter): void {
    this.#waiting.delete(filter);
    this.#suspects.delete(filter);
    this.#forbidden.delete(filter);
  }

  /**
   * The connection has ended by `error` at `now`; `quiet` says that nothing was published over it. True when it looks as if
   * a SUBSCRIBE has ended it.
   */
  ended(error: MqttFlowsError | undefined, quiet: boolean, now: number): boolean {
    const unanswered = Array.from(this.#waiting);
    this.#waiting.clear();
    const [first] = unanswered;
    if (first === undefined || !error) return false;
    const told = error.code === 'disconnected-by-server' ? error.reasonCode : undefined;
    const certain = OVER_A_FILTER.has(told);
    const named = certain || PERHAPS_OVER_A_FILTER.has(told);
    if (!named && !(error.code === 'connection-lost' && now - this.#askedAt <= SOON)) return false;
    const alone = unanswered.length === 1 && (certain || quiet);
    const ends = alone ? (this.#suspects.get(first) ?? 0) + 1 : 0;
    for (const filter of unanswered) this.#suspects.set(filter, ends);
    if (alone && (named || ends >= SILENT_ENDS)) this.#forbid(first, error, now);
    return true;
  }

  #forbid(filter: WireFilter, { reasonCode, params }: MqttFlowsError, now: number): void {
    const error = new MqttFlowsError('subscription-ends-connection', {
      stage: 'subscribe',
      params: { ...params, filter },
      ...(reasonCode === undefined ? {} : { reasonCode }),
    });
    this.#suspects.delete(filter);
    this.#forbidden.set(filter, { error, until: now + FORBIDDEN_FOR });
  }
}
