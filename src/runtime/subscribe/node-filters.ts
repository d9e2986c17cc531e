// Subscribes a node to its rows when their filters are known, and again when a message asks to find them anew.

import type { Node, NodeAPI } from 'node-red';
import { systemClock } from '../../connection/clock';
import type { Connection } from '../../connection/connection';
import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { DONE, type Done, failed } from '../../core/errors/result';
import { flowsStarted } from '../deploy/deploy-events';
import { localizedError } from '../node/localize';
import { reportError } from '../node/node-problem';
import type { MessageInput } from '../publish/message-answers';
import type { NodeSubscription, NodeSubscriptions } from './node-subscriptions';
import type { RowFilters } from './row-filters';

/** ms */
const LONGEST_HOLD = 10_000;

interface FilterParts {
  readonly RED: NodeAPI;
  readonly node: Node;
  readonly rows: RowFilters;
  /** None of a node without a broker, which only wants to know the filters. */
  readonly connection: Connection | undefined;
  readonly subscriptions: NodeSubscriptions | undefined;
  /** Called when the filters have been found, before they are subscribed to. */
  readonly found?: () => void;
}

export class NodeFilters {
  readonly #parts: FilterParts;
  /** The last search, which the next one waits for. */
  #last: Promise<unknown> = Promise.resolve();
  /** A search that has not begun. It is that of all who ask until then. */
  #next: Promise<Change> | undefined;

  constructor(parts: FilterParts) {
    this.#parts = parts;
  }

  /**
   * Subscribes for the first time, with what messages have added before: `kept` asks for that when the filters are known. At
   * once, if neither takes time; otherwise the promise resolves when it is done.
   */
  start(kept?: () => Promise<readonly NodeSubscription[]>): Promise<void> | undefined {
    const { RED, node, connection, rows, subscriptions } = this.#parts;
    if (!rows.dependent && !kept) return void subscriptions?.start([]);
    const release = held(connection);
    if (!rows.dependent && kept) {
      const restored = kept().then((dynamic) => subscriptions?.start(dynamic));
      return restored.finally(release);
    }
    const begun = this.#begin(flowsStarted(RED, node), kept).finally(release);
    this.#last = begun;
    return begun;
  }

  async #begin(started: Promise<void>, kept?: () => Promise<readonly NodeSubscription[]>): Promise<void> {
    const { rows, subscriptions, found } = this.#parts;
    const errors = await rows.find();
    found?.();
    const dynamic = (await kept?.()) ?? [];
    subscriptions?.start(dynamic, rows.subscriptions);
    // Before, there are no Catch nodes. A node that is closed meanwhile says nothing.
    if (errors.length > 0) void started.then(() => this.#report(errors));
  }

  /**
   * Finds the filters anew, and changes what is subscribed. Resolves when the server has answered, with the first thing that is
   * wrong; others are reported.
   */
  async refresh(): Promise<Done> {
    const { first, answer } = await this.#search();
    const answered = await answer;
    return first ? failed(first) : answered;
  }

  /** The filters of the rows, as they are now; null for a row that has none. */
  get texts(): readonly (string | null)[] {
    return this.#parts.rows.byRow.map((one) => one?.options.filter.text ?? null);
  }

  /** The next one waits for the context stores that this one asks, but not for the server. */
  #search(): Promise<Change> {
    if (this.#next) return this.#next;
    const search = this.#last.then(() => {
      this.#next = undefined;
      return this.#change();
    });
    this.#next = search;
    // One that fails is told to those who ask, and the next begins all the same.
    this.#last = search.catch(() => {});
    return search;
  }

  async #change(): Promise<Change> {
    const { rows, subscriptions, found } = this.#parts;
    const [first, ...others] = await rows.find();
    this.#report(others);
    found?.();
    return { first, answer: subscriptions?.replaceFixed(rows.subscriptions) ?? Promise.resolve(DONE) };
  }

  #report(errors: readonly MqttFlowsError[]): void {
    for (const error of errors) reportError(this.#parts.RED, this.#parts.node, error);
  }
}

/** The first thing that is wrong, and how the server answers. */
interface Change {
  readonly first: MqttFlowsError | undefined;
  readonly answer: Promise<Done>;
}

/**
 * Until the filters are known, and those that messages have added, a session must keep those of before, with what it has for
 * them. Returns a function that ends that; a store that never answers does not hold up the other nodes of the connection.
 */
function held(connection: Connection | undefined): () => void {
  if (!connection) return () => {};
  connection.holdSubscriptions();
  let isHeld = true;
  const release = (): void => {
    stopWaiting();
    if (isHeld) connection.releaseSubscriptions();
    isHeld = false;
  };
  const stopWaiting = systemClock.after(LONGEST_HOLD, release);
  return release;
}

/** Carries out the action `refresh`: the message is done when the server has answered, and has the filters then. */
export async function refreshFilters(
  RED: NodeAPI,
  filters: NodeFilters,
  { message, done }: MessageInput,
): Promise<void> {
  const outcome = await filters.refresh();
  if (!outcome.ok) return done(localizedError(RED, outcome.error));
  Object.assign(message, { filters: filters.texts });
  done();
}
