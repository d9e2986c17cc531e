// The retained messages that a session has yet to be given, by the filter that it has asked for them with. They follow the
// present subscription to that filter, and end with it.

import type { Copy } from '../publications/copy';
import type { RetainedReplay } from '../retained/retained-replay';
import type { Subscription } from '../subscriptions/subscription';

/** Filters without a message after which others get their turn: each may have been compared with all topics there are. */
const SEARCHES = 10;

/** The session that they are for. */
interface Replayed {
  readonly subscriptions: { get(filter: string): Subscription | undefined };
  /** Sends what next() has, among others. */
  pump(): void;
}

export class Replays {
  readonly #session: Replayed;
  readonly #defer: (task: () => void) => void;
  /** Made when first needed: many clients only publish. */
  #byFilter: Map<string, RetainedReplay> | undefined;
  /** Filters without a message since others got their turn. */
  #searches = 0;

  /** `defer` runs a task in a later turn of the event loop. */
  constructor(session: Replayed, defer: (task: () => void) => void) {
    this.#session = session;
    this.#defer = defer;
  }

  /** Adds `replay`, in place of one for the same filter, unless its subscription has ended meanwhile. */
  add(replay: RetainedReplay): void {
    const { wire } = replay.filter;
    if (!this.#session.subscriptions.get(wire)) return;
    this.#byFilter ??= new Map();
    this.#byFilter.delete(wire);
    this.#byFilter.set(wire, replay);
  }

  delete(filter: string): void {
    this.#byFilter?.delete(filter);
  }

  clear(): void {
    this.#byFilter = undefined;
  }

  /** Keeps no list of messages meanwhile. Call it when the client has gone, and at intervals: it may acknowledge nothing. */
  rest(): void {
    for (const replay of this.#byFilter?.values() ?? []) replay.rest();
  }

  /** Takes the next message, if there is one and `hasRoom` for its bytes. */
  next(hasRoom: (size: number) => boolean): Copy | undefined {
    for (const [filter, replay] of this.#byFilter ?? []) {
      if (this.#searches === SEARCHES) return undefined;
      const subscription = this.#session.subscriptions.get(filter);
      const publication = subscription && replay.first(subscription);
      if (publication) return hasRoom(publication.size) ? replay.take(publication, subscription) : undefined;
      this.delete(filter);
      if (++this.#searches === SEARCHES) this.#goOnLater();
    }
    return undefined;
  }

  #goOnLater(): void {
    this.#defer(() => {
      this.#searches = 0;
      this.#session.pump();
    });
  }
}
