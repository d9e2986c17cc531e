// Texts that mean one thing in the core nodes and may mean another here: variables and placeholders. Runs in the editor
// too.

import { fieldsOf } from '../values/plain-value';
import { type ConversionNote, note } from './conversion-note';

/** Node-RED itself replaces a text that is nothing but the name of a variable, in the nodes of every package. */
const WHOLE = /^(\$\{[^\s}]+\}|\$\([^\s)]+\))$/;
/** Only here a variable can also be a part of a text. */
const INSIDE = /\$\{[^}]+\}/;

export function isVariable(text: string): boolean {
  return WHOLE.test(text);
}

/** Whether the core nodes take `text` as it is, while here a variable in it would be replaced. */
export function hasVariableInside(text: string): boolean {
  return INSIDE.test(text) && !WHOLE.test(text);
}

/** Texts of a node, with the names of their properties. */
type Texts = Readonly<Record<string, string>>;

/**
 * Where a core node has a text: as a property, or within the JSON text of its user properties, in which Node-RED replaces
 * nothing, not even a text that is nothing but a variable.
 */
type Place = 'property' | 'json';

/** The notes for the texts among `settings` in which a variable would be replaced here. */
export function variableNotes(settings: Texts, place: Place = 'property'): ConversionNote[] {
  return notesOn(settings, place, 'variableInside');
}

/** The notes for the texts among `settings` in which a variable is replaced here, and not in a core node. */
export function keptVariableNotes(settings: Texts, place: Place = 'property'): ConversionNote[] {
  return notesOn(settings, place, 'variableStays');
}

function notesOn(settings: Texts, place: Place, key: 'variableInside' | 'variableStays'): ConversionNote[] {
  return Object.entries(settings)
    .filter(([, text]) => isReplacedHere(text, place))
    .map(([property]) => note(key, { property }));
}

/** Whether a variable in `text` is replaced here, and not in a core node. */
function isReplacedHere(text: string, place: Place): boolean {
  return hasVariableInside(text) || (place === 'json' && isVariable(text));
}

/** The texts of user properties, by what notes call them. `before` stands before their names. */
export function userPropertyTexts(userProperties: unknown, before = ''): Texts {
  const named = Object.entries(fieldsOf(userProperties)).filter(([, text]) => typeof text === 'string');
  return Object.fromEntries(named.map(([name, text]) => [`${before}userProperties["${name}"]`, String(text)]));
}

/** Those of `texts` that are nothing but a variable: Node-RED itself replaces them, also where a text is literal. */
export function wholeVariables(texts: Texts): Texts {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => isVariable(text)));
}

/** Whether a variable within one of the texts in `settings`, at any depth, would be replaced here. */
export function holdsVariableInside(settings: unknown): boolean {
  if (typeof settings === 'string') return hasVariableInside(settings);
  return typeof settings === 'object' && settings !== null && Object.values(settings).some(holdsVariableInside);
}

/** A value of a typed input. */
export interface TypedText {
  readonly value: string;
  readonly type: string;
}

/**
 * `text` as a setting that means exactly this text. Where a placeholder or a variable in it would be replaced, it is a text
 * in JSONata, in which nothing is.
 */
export function literalText(text: string, place: Place = 'property'): TypedText {
  if (isReplacedHere(text, place) || text.includes('{{')) return { value: JSON.stringify(text), type: 'jsonata' };
  return { value: text, type: 'str' };
}

/** The text that `literalText` has made into `setting`, or undefined when it is something else. */
export function textOfLiteral({ value, type }: TypedText): string | undefined {
  if (type === 'str') return value.includes('{{') ? undefined : value;
  if (type !== 'jsonata') return undefined;
  try {
    const text: unknown = JSON.parse(value);
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}
