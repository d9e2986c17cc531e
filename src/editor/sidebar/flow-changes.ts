// Counts the changes of the flows in the editor, so that what is found in them is looked for again only after one.

/** Node-RED tells with these what it has changed; the last one follows each change that can be deployed, and each undo. */
const EVENTS = ['flows:loaded', 'nodes:add', 'nodes:change', 'nodes:remove', 'workspace:dirty'] as const;

let changes = 0;
let isCounting = false;

/** The same number as long as no node of the flows has changed. */
export function flowChanges(): number {
  if (!isCounting) {
    isCounting = true;
    for (const event of EVENTS) RED.events.on(event, () => changes++);
  }
  return changes;
}
