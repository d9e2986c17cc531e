// Records the messages of a broker while it has viewers: by a connection of its own, or through the flows' connection
// where a server allows only that.

import type { NodeAPI } from 'node-red';
import type { Clock } from '../../connection/clock';
import type { Connection } from '../../connection/connection';
import type { Subscriber, SubscriptionState } from '../../connection/subscriptions/subscriptions';
import { type ErrorReport, reportOf } from '../../core/errors/mqtt-flows-error';
import type { BrokerStateReport } from '../../core/reports/broker-state';
import type { StartRequest } from '../../core/sidebar/sidebar-protocol';
import { TopicTree, type TopicTreeLimits } from '../../core/sidebar/topic-tree';
import { stateReport } from '../admin/broker-health';
import { findBroker } from '../broker/broker-node';
import { onDeploy } from '../deploy/deploy-events';

/** The limits of one recorder, but for the bytes of messages, which the viewer chooses. */
const LIMITS: Omit<TopicTreeLimits, 'bytes'> = {
  nodes: 100_000,
  characters: 16 * 1024 * 1024,
  levels: 100,
  history: 5000,
  // A camera's picture.
  payload: 1024 * 1024,
  messagesPerSecond: 10_000,
  burst: 100_000,
};

/** The source of a recording. */
interface Source {
  /** The flows' connection. When it changes, the broker node was redeployed. */
  readonly of: Connection;
  readonly connection: Connection;
  readonly leave: () => void;
}

export class TopicRecorder {
  readonly tree: TopicTree;
  readonly broker: string;
  /** ms since the epoch */
  readonly since: number;
  readonly #RED: NodeAPI;
  readonly #clock: Clock;
  readonly #request: StartRequest;
  readonly #stopFollowing: () => void;
  #source: Source | undefined;
  #subscription: SubscriptionState = { kind: 'pending' };

  constructor(RED: NodeAPI, request: StartRequest, clock: Clock) {
    this.#RED = RED;
    this.#clock = clock;
    this.#request = request;
    this.broker = request.broker;
    this.tree = new TopicTree({ ...LIMITS, bytes: request.bytes });
    this.since = clock.wall();
    this.#follow();
    this.#stopFollowing = onDeploy(RED, 'flows:started', () => this.#follow());
  }

  /** The state of the recorded connection; absent when the broker node no longer exists. */
  get state(): BrokerStateReport {
    return this.#source ? stateReport(this.#RED, this.#source.connection.state) : { kind: 'absent' };
  }

  /** Why the server refused the subscription. */
  get refused(): ErrorReport | undefined {
    return this.#subscription.kind === 'refused' ? reportOf(this.#subscription.error) : undefined;
  }

  /** The connection of the flows; undefined while the broker node is missing. */
  get flows(): Connection | undefined {
    return this.#source?.of;
  }

  get request(): StartRequest {
    return this.#request;
  }

  /** Whether this recorder fits another request. */
  serves({ broker, filter, own }: StartRequest): boolean {
    return broker === this.#request.broker && filter.wire === this.#request.filter.wire && own === this.#request.own;
  }

  stop(): void {
    this.#stopFollowing();
    this.#leave();
  }

  /** Records from the current instance of the broker node. Earlier messages stay. */
  #follow(): void {
    const node = findBroker(this.#RED, this.broker);
    const link = node?.link;
    if (node && link?.ok && link.connection === this.#source?.of) return;
    this.#leave();
    if (!node || !link?.ok) return;
    const admits = (): boolean => this.tree.admits(this.#clock.now());
    const connection = this.#request.own ? link.observe((error) => node.debug(error), admits) : link.connection;
    const unsubscribe = connection.subscribe(this.#subscriber());
    const unwatch = connection.watch(({ kind }) => {
      if (kind !== 'connected') this.tree.forgetAdmitted();
    });
    const leave = (): void => {
      unwatch();
      unsubscribe();
    };
    this.#source = { of: link.connection, connection, leave };
    if (this.#request.own) connection.connect();
  }

  #leave(): void {
    const source = this.#source;
    this.#source = undefined;
    this.#subscription = { kind: 'pending' };
    this.tree.forgetAdmitted();
    source?.leave();
    if (source && source.connection !== source.of) void source.connection.close();
  }

  #subscriber(): Subscriber {
    const { filter, own } = this.#request;
    return {
      // On a connection of its own, QoS 2 shows the QoS of the publisher. On the flows' connection, QoS 0 costs least.
      subscriptions: [{ filter, qos: own ? 2 : 0, noLocal: false, retainAsPublished: true, retainHandling: 0 }],
      deliver: (publication, _filter, _qos, replayed) => {
        this.tree.record(publication, this.#clock.now(), replayed, this.#clock.wall());
      },
      stateChanged: (_subscription, state) => {
        this.#subscription = state;
      },
    };
  }
}

/** The brokers that can be recorded: the deployed ones. */
export function deployedBrokers(RED: NodeAPI): { readonly id: string; readonly name: string }[] {
  const brokers: { id: string; name: string }[] = [];
  RED.nodes.eachNode(({ id, name }) => {
    if (findBroker(RED, id)) brokers.push({ id, name: name ?? '' });
  });
  return brokers;
}
