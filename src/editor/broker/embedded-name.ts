// The name of a further broker inside Node-RED: without one, all would have the same label.

/** Names the broker node `own` of the open dialog, if it has no name and another one is called `label` already. */
export function nameFurtherEmbedded(own: string, label: string): void {
  const field = $('#node-config-input-name');
  if ($('#node-config-input-connectTo').val() !== 'embedded' || String(field.val()).trim() !== '') return;
  const taken = new Set<string>();
  RED.nodes.eachConfig(({ id, type, name, connectTo }) => {
    if (id !== own && type === 'mqtt-flows-broker' && connectTo === 'embedded') taken.add(String(name || label));
  });
  if (!taken.has(label)) return;
  let number = 2;
  while (taken.has(`${label} ${number}`)) number++;
  field.val(`${label} ${number}`);
}
