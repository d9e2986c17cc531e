// Adds defaults to the saved settings of a node. A hand-edited or old flow may lack some.

/**
 * `saved`, with `defaults` for what it lacks. Node-RED sets a property that is not in the flow to undefined; null is none for the
 * runtime, too.
 */
export function completed<D extends object, S extends object>(defaults: D, saved: S): D & S {
  const present = Object.entries(saved).filter(([, value]) => !isMissing(value));
  // A property that `saved` lacks is optional in its type, or comes from `defaults`.
  return { ...defaults, ...Object.fromEntries(present) } as D & S;
}

/**
 * Gives `node` those of `defaults` that it lacks, and its dialog their fields, which Node-RED has left blank. Lists and objects are left
 * to their own fields. Call it first in the dialog. What runs stays the same: the runtime completes a node in the same way.
 */
export function fillMissing(node: object, defaults: object): void {
  for (const [name, value] of Object.entries(defaults)) {
    if (typeof value === 'object' || !isMissing(Reflect.get(node, name))) continue;
    Reflect.set(node, name, value);
    // The field is blank already. That of a configuration node has a choice for none, which is not blank.
    if (value === '') continue;
    const input = $(`#node-input-${name}`);
    if (typeof value === 'boolean') input.prop('checked', value);
    else input.val(String(value));
  }
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}
