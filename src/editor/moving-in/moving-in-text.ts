// Strings of the catalogue about moving from the core nodes.

const CATALOGUE = '@mqtt-flows/node-red-mqtt-flows/moving-in:';

/** A string of that catalogue in the language of the editor. */
export function movingInText(key: string, values: Readonly<Record<string, string | number>> = {}): string {
  return RED._(CATALOGUE + key, { ...values });
}
