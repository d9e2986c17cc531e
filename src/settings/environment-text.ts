// Texts with `${NAME}` in them, Node-RED's notation for environment variables. Runs in the editor too.

const VARIABLE = /\$\{([^}]+)\}/g;

/** A number as a dialog saves it: a number, blank for none, or text with `${NAME}` that stands for one. */
export type SavedNumber = number | string;

type EnvironmentResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false /** The variable that has no value. */; readonly name: string };

/** Whether `text` names variables, so that only the runtime knows its value. */
export function namesVariables(text: string): boolean {
  return text.search(VARIABLE) !== -1;
}

/** Whether `text` is nothing but the name of a variable. Node-RED itself replaces such a text, in the nodes of every package. */
export function isVariable(text: string): boolean {
  return /^\$\{[^}]+\}$/.test(text);
}

/**
 * `text` with each `${NAME}` replaced by the result of `lookup`, or the first name that is unknown. A value is not
 * expanded again: `${…}` in it stays.
 */
export function replaceVariables(text: string, lookup: (name: string) => string | undefined): EnvironmentResult {
  let missing: string | undefined;
  const replaced = text.replace(VARIABLE, (_match, name: string) => {
    const value = lookup(name);
    if (value === undefined) missing ??= name;
    return value ?? '';
  });
  return missing === undefined ? { ok: true, text: replaced } : { ok: false, name: missing };
}
