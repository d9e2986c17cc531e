// Records what a broker has to say, for as long as somebody looks: by a connection of its own, or through the one of the
// flows where a server allows only that.

import type { NodeAPI } from 'node-red';
import type { Connection } from '../../connection/connection';
import type { Subscriber, SubscriptionState } from '../../connection/subscriptions/subscriptions';
import { type ErrorReport, reportOf } from '../../core/errors/mqtt-flows-error';
import type { BrokerStateReport } from '../../core/reports/broker-state';
import type { StartRequest } from '../../core/sidebar/sidebar-protocol';
import { TopicTree, type TopicTreeLimits } from '../../core/sidebar/topic-tree';
import { stateReport } from '../admin/broker-health';
import { findBroker } from '../broker/broker-node';
import { onDeploy } from '../deploy/deploy-events';

/** For one recorder; a full tree was measured at 72 MB, 28 MB of them messages. */
const LIMITS: TopicTreeLimits = {
  nodes: 100_000,
  characters: 16 * 1024 * 1024,
  levels: 100,
  history: 100,
  bytes: 32 * 1024 * 1024,
  payload: 256 * 1024,
  messagesPerSecond: 10_000,
  burst: 100_000,
};

/** What is being recorded from. */
interface Source {
  /** That of the flows: another one means that the broker node was deployed anew. */
  readonly of: Connection;
  readonly connection: Connection;
  readonly unsubscribe: () => void;
}

export class TopicRecorder {
  readonly tree = new TopicTree(LIMITS);
  readonly broker: string;
  readonly #RED: NodeAPI;
  readonly #request: StartRequest;
  readonly #stopFollowing: () => void;
  #source: Source | undefined;
  #subscription: SubscriptionState = { kind: 'pending' };

  constructor(RED: NodeAPI, request: StartRequest) {
    this.#RED = RED;
    this.#request = request;
    this.broker = request.broker;
    this.#follow();
    this.#stopFollowing = onDeploy(RED, 'flows:started', () => this.#follow());
  }

  /** The state of the connection that is recorded from; absent when the broker node is not there any more. */
  get state(): BrokerStateReport {
    return this.#source ? stateReport(this.#RED, this.#source.connection.state) : { kind: 'absent' };
  }

  /** Why the server does not send what was asked for. */
  get refused(): ErrorReport | undefined {
    return this.#subscription.kind === 'refused' ? reportOf(this.#subscription.error) : undefined;
  }

  /** Whether another request could be served by this recorder. */
  serves({ broker, filter, own }: StartRequest): boolean {
    return broker === this.#request.broker && filter.wire === this.#request.filter.wire && own === this.#request.own;
  }

  stop(): void {
    this.#stopFollowing();
    this.#leave();
  }

  /** Records from the broker node as it is deployed now; what has been recorded before stays. */
  #follow(): void {
    const node = findBroker(this.#RED, this.broker);
    const link = node?.link;
    if (node && link?.ok && link.connection === this.#source?.of) return;
    this.#leave();
    if (!node || !link?.ok) return;
    const admits = (): boolean => this.tree.admits(Date.now());
    const connection = this.#request.own ? link.observe((error) => node.debug(error), admits) : link.connection;
    this.#source = { of: link.connection, connection, unsubscribe: connection.subscribe(this.#subscriber()) };
    if (this.#request.own) connection.connect();
  }

  #leave(): void {
    const source = this.#source;
    this.#source = undefined;
    this.#subscription = { kind: 'pending' };
    source?.unsubscribe();
    if (source && source.connection !== source.of) void source.connection.close();
  }

  #subscriber(): Subscriber {
    const { filter, own } = this.#request;
    return {
      // As much as any publisher has asked for, so that its QoS is seen; on the connection of the flows as little as any.
      subscriptions: [{ filter, qos: own ? 2 : 0, noLocal: false, retainAsPublished: true, retainHandling: 0 }],
      deliver: (publication) => this.tree.record(publication, Date.now()),
      stateChanged: (_subscription, state) => {
        this.#subscription = state;
      },
    };
  }
}

/** The brokers that can be recorded: those that are deployed. */
export function deployedBrokers(RED: NodeAPI): { readonly id: string; readonly name: string }[] {
  const brokers: { id: string; name: string }[] = [];
  RED.nodes.eachNode(({ id, name }) => {
    if (findBroker(RED, id)) brokers.push({ id, name: name ?? '' });
  });
  return brokers;
}
