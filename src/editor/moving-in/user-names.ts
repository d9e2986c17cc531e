// The user names of broker nodes, which Node-RED keeps apart from the flow. Core nodes look for them under another name.

import type { FlowNode } from '../../core/conversion/flow-node';
import { fieldsOf } from '../../core/values/plain-value';

/** By the id of a broker node. */
export type UserNames = ReadonlyMap<string, string>;

/** The user names that Node-RED has saved for the broker nodes of ours in `flow`. */
export async function savedUserNames(flow: readonly FlowNode[]): Promise<UserNames> {
  const names = new Map<string, string>();
  const learn = async ({ id }: FlowNode): Promise<void> => {
    const { username } = await savedCredentials(id);
    if (typeof username === 'string') names.set(id, username);
  };
  await Promise.all(flow.filter(isOurBroker).map(learn));
  return names;
}

/** `flow` with the user names that our broker nodes have. Passwords have one name in both, and stay where they are. */
export function withUserNames(flow: readonly FlowNode[], saved: UserNames): readonly FlowNode[] {
  return flow.map((node) => {
    if (!isOurBroker(node)) return node;
    const changed = fieldsOf(node.credentials);
    // A changed one has not been deployed. Without either, the core node finds what it had before.
    const username = changed.username ?? saved.get(node.id);
    return username === undefined ? node : { ...node, credentials: { ...changed, username } };
  });
}

function isOurBroker({ type }: FlowNode): boolean {
  return type === 'mqtt-flows-broker';
}

/** What Node-RED tells of the credentials of a node; nothing for one that has not been deployed, or without permission. */
function savedCredentials(id: string): Promise<Readonly<Record<string, unknown>>> {
  return new Promise((resolve) => {
    $.getJSON(`credentials/mqtt-flows-broker/${encodeURIComponent(id)}`).then(
      (answer: unknown) => resolve(fieldsOf(answer)),
      () => resolve({}),
    );
  });
}
