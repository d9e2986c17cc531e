// Values that a message does not have and that the runtime finds for it: in a context or the environment, by an expression,
// from the clock.

/** `now` is the time in ms, `iso` the same as text in ISO 8601. */
type OutsideType = 'flow' | 'global' | 'jsonata' | 'env' | 'now' | 'iso';

/** One such value. */
export interface OutsideValue {
  readonly type: OutsideType;
  /** The key, the name of the variable, or the expression. */
  readonly text: string;
  /** The setting that needs the value, as an error names it. */
  readonly setting: string;
}

/** The values that the runtime has found, in the order of the OutsideValues. */
export type OutsideFound = readonly unknown[];

export const NOTHING_OUTSIDE: OutsideFound = [];

/** Notes that a value is needed, and returns its place among those found. */
export type NoteOutside = (type: OutsideType, text: string) => number;

/** Notes values that `setting` needs in `values`, each once. */
export function noteIn(values: OutsideValue[], setting: string): NoteOutside {
  return (type, text) => {
    const known = values.findIndex((value) => value.type === type && value.text === text && value.setting === setting);
    return known === -1 ? values.push({ type, text, setting }) - 1 : known;
  };
}
