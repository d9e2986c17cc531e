// What the validator of one property knows of the others. Node-RED hands it the node as it is saved, also while the dialog of
// the node is open and the field beside it says something else.

/**
 * The property `name` of `node`: as it is entered in its open dialog, else as it is saved. Older flows may lack it. The field is
 * Node-RED's own, a text or a select with the id `node-input-<name>`.
 */
export function entered<Saved, Name extends keyof Saved & string>(
  node: EditorNode & Saved,
  name: Name,
): Saved[Name] | undefined {
  if (!isEdited(node)) return node[name];
  const field = $(`#node-input-${name}`);
  // The dialog offers the values of the property only.
  return field.length > 0 ? (String(field.val() ?? '') as Saved[Name]) : node[name];
}

/** Whether the dialog of `node` is open. */
export function isEdited(node: EditorNode): boolean {
  return RED.editor.getEditStack().some(({ id }) => id === node.id);
}
