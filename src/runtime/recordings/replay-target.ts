// Where a replay goes.

import type { NodeAPI } from 'node-red';
import type { Connection } from '../../connection/connection';
import { type ErrorReport, reportOf } from '../../core/errors/mqtt-flows-error';
import type { RecordedMessage } from '../../core/recordings/message-line';
import type { TopicFilter } from '../../core/topics/topic-filter';
import { findBroker } from '../broker/broker-node';
import { isReplacing, onDeploy } from '../deploy/deploy-events';

/** How a message ended. */
export type ReplayedMessage =
  | { readonly ok: true; readonly unheard?: true }
  | { readonly ok: false; readonly error?: ErrorReport };

/** The recorded topic, and the filter by which the message was chosen. */
interface ReplayOrigin {
  readonly topic: string;
  readonly by: TopicFilter | 'all';
}

export interface ReplayTarget {
  /** Whether take() may be called: there is a connection, and no deploy is under way. */
  readonly ready: boolean;
  /** Whether nothing will make it ready any more: its broker node is gone. */
  readonly gone: boolean;
  /** Takes a message, whose topic is what it is to be. `settled` is called once, maybe before this returns. */
  take(message: RecordedMessage, settled: (outcome: ReplayedMessage) => void, origin: ReplayOrigin): void;
  /** Calls `changed` when it may be ready, or gone. Returns a function that ends that. */
  watch(changed: () => void): () => void;
}

/** A broker node over deploys: the connection is that of its present instance. */
class FollowedBroker {
  readonly #RED: NodeAPI;
  readonly #id: string;

  constructor(RED: NodeAPI, id: string) {
    this.#RED = RED;
    this.#id = id;
  }

  get connection(): Connection | undefined {
    const link = findBroker(this.#RED, this.#id)?.link;
    return link?.ok ? link.connection : undefined;
  }

  get gone(): boolean {
    return findBroker(this.#RED, this.#id) === undefined && !isReplacing(this.#RED);
  }

  /** Calls `changed` after each deploy, and when the connection has another state. */
  watch(changed: () => void): () => void {
    let unwatch = this.connection?.watch(changed);
    const again = (): void => {
      unwatch?.();
      unwatch = this.connection?.watch(changed);
      // Deliveries go on once all others have heard of the end of the deploy.
      setImmediate(changed);
    };
    const ends = [onDeploy(this.#RED, 'flows:started', again), onDeploy(this.#RED, 'over', again)];
    return () => {
      unwatch?.();
      for (const end of ends) end();
    };
  }
}

/** Publishes through the connection of the flows. */
export function brokerTarget(RED: NodeAPI, brokerId: string): ReplayTarget {
  const broker = new FollowedBroker(RED, brokerId);
  return {
    get ready() {
      return broker.connection?.state.kind === 'connected';
    },
    get gone() {
      return broker.gone;
    },
    take: (message, settled) => {
      const { topic, payload, qos, retain, properties } = message;
      const publication = { topic, payload, qos, retain, ...(properties ? { properties } : {}) };
      if (!broker.connection) return settled({ ok: false });
      broker.connection.publish(publication, (result) => {
        settled(result.ok ? { ok: true } : { ok: false, error: reportOf(result.error) });
      });
    },
    watch: (changed) => broker.watch(changed),
  };
}

/** Delivers to the nodes that subscribe at the broker. Works without a connection. */
export function flowTarget(RED: NodeAPI, brokerId: string): ReplayTarget {
  const broker = new FollowedBroker(RED, brokerId);
  return {
    get ready() {
      return broker.connection?.replays.paused === false;
    },
    get gone() {
      return broker.gone;
    },
    take: ({ stored, topic, payload, qos, retain, properties }, settled) => {
      const replays = broker.connection?.replays;
      if (!replays) return settled({ ok: false });
      const publication = { topic, payload, qos, retain, dup: false, subscriptionIdentifiers: [] };
      let receivers: number | undefined;
      let outcome: ReplayedMessage | undefined;
      const settle = (ended: ReplayedMessage): void => {
        outcome = ended;
        if (receivers !== undefined) settled(ended.ok && receivers === 0 ? { ok: true, unheard: true } : ended);
      };
      receivers = replays.replay({ ...publication, ...(properties ? { properties } : {}) }, stored, {
        acknowledge: (reasonCode = 0) => settle({ ok: reasonCode < 0x80 }),
        abandon: () => settle({ ok: false }),
      });
      if (outcome) settle(outcome);
    },
    watch: (changed) => broker.watch(changed),
  };
}
