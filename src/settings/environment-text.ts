// Texts with `${NAME}` in them, as Node-RED writes environment variables. Runs in the editor too.

const VARIABLE = /\$\{([^}]+)\}/g;

/** A number as a dialog saves it: one, blank for none, or text with `${NAME}` that stands for one. */
export type SavedNumber = number | string;

export type EnvironmentResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false /** The variable that has no value. */; readonly name: string };

/** Whether `text` is only known where its variables are. */
export function namesVariables(text: string): boolean {
  return text.search(VARIABLE) !== -1;
}

/**
 * `text` with each `${NAME}` replaced by what `lookup` knows of it; the first that is unknown is the result otherwise.
 * A value is taken as it is: `${…}` in it stays.
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
