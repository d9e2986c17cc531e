// Acknowledges each message when all branches of the flow are done with it.

import type { Node } from 'node-red';
import type { HandedDelivery, SettleDelivery } from '../../connection/acknowledgement/delivery-window';
import { type AcknowledgingNode, type PreparedMessage, send } from './acknowledgement';
import { type FlowCompletion, flowCompletion } from './flow-completion';
import { LaterAcknowledgement } from './later-acknowledgement';

export class CompletionAcknowledgement extends LaterAcknowledgement {
  readonly #completion: FlowCompletion;
  readonly #stopFollowing: () => void;

  constructor(to: AcknowledgingNode) {
    super(to);
    this.#completion = flowCompletion(to.RED);
    this.#stopFollowing = this.#completion.use();
    this.begin();
  }

  protected override give(prepared: PreparedMessage, settle: SettleDelivery): HandedDelivery {
    const { node } = this.to;
    const handOver = (): void => send(this.to, prepared);
    const track = this.#completion.follow(node, prepared.message, handOver, ({ kind }) => {
      settle(kind === 'completed' ? { kind: 'acknowledged' } : kind === 'failed' ? this.failed : { kind });
    });
    return {
      whereabouts: () => namesOf(track.nodes) || undefined,
      settled: () => track.forget(),
    };
  }

  protected override left(): void {}

  protected override ended(): void {
    this.#stopFollowing();
  }
}

/** Nodes in the words of the editor: name and type, or id if they have no name. */
function namesOf(nodes: Iterable<Node>): string {
  return Array.from(nodes, ({ id, name, type }) => (name ? `"${name}" (${type})` : `${type} ${id}`)).join(', ');
}
