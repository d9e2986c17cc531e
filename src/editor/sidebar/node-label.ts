// What the editor calls a node: everywhere the same.

/** The label of the node with that id; its id where it has none, or `missing` where it is not in the editor. */
export function nodeLabel(id: string, missing = id): string {
  const node = RED.nodes.node(id);
  return node ? RED.utils.getNodeLabel(node, id) : missing;
}
