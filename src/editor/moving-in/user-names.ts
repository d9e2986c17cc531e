// The user names of broker nodes, which Node-RED keeps apart from the flow. Core nodes look for them under another name.

import type { FlowNode } from '../../core/conversion/flow-node';
import { fieldsOf } from '../../core/values/plain-value';

/** `flow` with the user names that our broker nodes have. Passwords have one name in both, and stay where they are. */
export async function withUserNames(flow: readonly FlowNode[]): Promise<readonly FlowNode[]> {
  return Promise.all(flow.map((node) => (node.type === 'mqtt-flows-broker' ? withUserName(node) : node)));
}

async function withUserName(node: FlowNode): Promise<FlowNode> {
  const changed = fieldsOf(node.credentials);
  const saved = await savedCredentials(node.id);
  // A changed one has not been deployed. Without either, the core node finds what it had before.
  const username = changed.username ?? saved.username;
  return username === undefined ? node : { ...node, credentials: { ...changed, username } };
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
