// Completes what a flow holds of a node: one that was written by hand, or saved before a property was there, lacks some.

/** `defaults` with what `saved` has instead; Node-RED sets a property that is not in the flow to undefined. */
export function completed<D extends object, S extends object>(defaults: D, saved: S): D & S {
  const present = Object.entries(saved).filter(([, value]) => value !== undefined);
  // What is left out of `saved` is not there in its type either, or comes from `defaults`.
  return { ...defaults, ...Object.fromEntries(present) } as D & S;
}
