// The badge of a topic state node: how many topics it knows and how many are silent, unless the connection is the news.

import type { Node, NodeAPI, NodeStatus } from 'node-red';
import type { Clock } from '../../connection/clock';
import type { Connection } from '../../connection/connection';
import type { ConnectionState } from '../../connection/connection-state';
import { sentence, sharedKey, sharedText } from '../node/localize';
import { showStatus } from '../node/node-status';
import { Paced } from '../node/paced';
import type { NodeSubscriptions } from '../subscribe/node-subscriptions';
import type { RowFilters } from '../subscribe/row-filters';
import { filledInStatus, subscriptionStatus } from '../subscribe/subscribe-status';
import type { KeptState } from './kept-state';
import type { LiveState } from './live-state';

/** ms between two badges */
const INTERVAL = 1000;

interface StatusParts {
  readonly live: LiveState;
  readonly connection: Connection | undefined;
  readonly subscriptions: NodeSubscriptions | undefined;
  readonly kept: Pick<KeptState, 'taken' | 'unread'> | undefined;
  readonly rows: RowFilters;
  readonly clock: Clock;
}

export class StateStatus {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #parts: StatusParts;
  readonly #show: (status: NodeStatus) => void;
  readonly #paced: Paced;
  #toldFull = false;
  #wasUp = false;

  constructor(RED: NodeAPI, node: Node, parts: StatusParts) {
    this.#RED = RED;
    this.#node = node;
    this.#parts = parts;
    this.#show = showStatus(node);
    this.#paced = new Paced(parts.clock, INTERVAL, () => this.#showNow());
  }

  /** Something has changed that the badge may show. Shows it now, or a moment later. */
  refresh(): void {
    this.#paced.soon();
  }

  /** The server has answered a subscription, or has lost it. Waits for nothing: that is rare, and what users look for. */
  subscriptionsChanged(): void {
    this.#paced.now();
  }

  /** The connection has another state: silence means something, or nothing. */
  connectionIs(state: ConnectionState): void {
    const { live } = this.#parts;
    switch (state.kind) {
      case 'connected':
        this.#wasUp = true;
        live.connection('up');
        break;
      case 'waiting':
        live.connection('down', sentence(this.#RED, state.error, { server: state.server }));
        break;
      case 'connecting':
        // It may succeed at once.
        live.connection('unknown');
        break;
      default:
        // A node that is to connect when a message says so has lost nothing yet.
        live.connection(this.#wasUp ? 'down' : 'unknown');
    }
    this.subscriptionsChanged();
  }

  close(): void {
    this.#paced.stop();
  }

  #showNow(): void {
    const RED = this.#RED;
    const { live, connection, subscriptions, rows, kept } = this.#parts;
    this.#tellFull();
    const status: NodeStatus =
      connection && subscriptions
        ? filledInStatus(RED, subscriptionStatus(RED, connection.state, subscriptions.states), rows)
        : { fill: 'green', shape: 'dot', text: '' };
    if (status.fill !== 'green') return this.#show(status);
    if (kept?.taken) return this.#show({ fill: 'red', shape: 'ring', text: sharedKey('status.state-key-taken') });
    if (kept?.unread) {
      return this.#show({ fill: 'red', shape: 'ring', text: sharedKey('status.state-unreadable') });
    }
    const { records, silence } = live.states;
    const topics = sharedText(RED, 'status.topics', { count: records.size });
    if (silence.silent === 0) return this.#show({ ...status, text: topics });
    const silent = sharedText(RED, 'status.silent', { count: silence.silent });
    this.#show({ fill: 'yellow', shape: 'dot', text: `${topics}, ${silent}` });
  }

  /** Topics had to leave for others: said once, since it goes on. */
  #tellFull(): void {
    const RED = this.#RED;
    const { records } = this.#parts.live.states;
    if (this.#toldFull || records.crowdedOut === 0) return;
    this.#toldFull = true;
    this.#node.warn(sharedText(RED, 'log.stateFull', { topics: records.size }));
  }
}
