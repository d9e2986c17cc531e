// A decoded payload on its way to the sidebar: JSON that says of each part what it is, since JSON alone has no bytes, dates
// or large numbers. Read in the editor.

import { WrittenNumber } from './shown-json';

/** Why a value is shown as a text of its own. `cut` stands for what is left out. */
export type LeafKind = 'number' | 'text' | 'bytes' | 'date' | 'undefined' | 'cut';

export interface ShownLeaf {
  readonly leaf: LeafKind;
  /** Bytes are in hexadecimal. */
  readonly text: string;
  /** Characters or bytes that are left out. */
  readonly more?: number;
}

/** `more` is the number of entries that are left out. */
interface ShownList {
  readonly list: readonly ShownValue[];
  readonly more?: number;
}

interface ShownNames {
  readonly names: readonly (readonly [string, ShownValue])[];
  readonly more?: number;
}

export type ShownValue = string | number | boolean | null | ShownLeaf | ShownList | ShownNames;

/** A payload that a format has read, or why it could not. */
export type ShownPayload =
  | { readonly ok: true; readonly format: string; readonly value: ShownValue }
  | { readonly ok: false; readonly format: string; readonly problem: string; readonly detail: string };

/** A value that JavaScript's own would not show in full. */
export class WrittenLeaf {
  readonly kind: LeafKind;
  readonly text: string;
  readonly more: number;

  constructor(kind: LeafKind, text: string, more: number) {
    this.kind = kind;
    this.text = text;
    this.more = more;
  }

  /** For comparisons. */
  toJSON(): string {
    return this.more > 0 ? `${this.text}…` : this.text;
  }
}

/** The name of the entry that stands for those left out. */
const REST = '…';

/** `shown` as values that the tree shows: with a WrittenNumber or WrittenLeaf where JavaScript has no such value. */
export function readShown(shown: ShownValue): unknown {
  if (typeof shown !== 'object' || shown === null) return shown;
  if ('leaf' in shown) {
    return shown.leaf === 'number'
      ? new WrittenNumber(shown.text)
      : new WrittenLeaf(shown.leaf, shown.text, shown.more ?? 0);
  }
  const rest = shown.more ? [new WrittenLeaf('cut', REST, shown.more)] : [];
  if ('list' in shown) return [...shown.list.map(readShown), ...rest];
  const entries = shown.names.map(([name, value]): [string, unknown] => [name, readShown(value)]);
  // Object.fromEntries() defines `__proto__` as a name like any other.
  return Object.fromEntries([...entries, ...rest.map((leaf): [string, unknown] => [REST, leaf])]);
}
