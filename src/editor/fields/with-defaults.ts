// Adds defaults to the saved settings of a node. A hand-edited or old flow may lack some.

/** `saved`, with `defaults` for what it lacks. Node-RED sets a property that is not in the flow to undefined. */
export function completed<D extends object, S extends object>(defaults: D, saved: S): D & S {
  const present = Object.entries(saved).filter(([, value]) => value !== undefined);
  // A property that `saved` lacks is optional in its type, or comes from `defaults`.
  return { ...defaults, ...Object.fromEntries(present) } as D & S;
}
