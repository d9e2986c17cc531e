// Strings of the catalogue of the topics sidebar.

const CATALOGUE = '@mqtt-flows/node-red-mqtt-flows/topics:';

/** A string of that catalogue in the language of the editor. */
export function topicsText(key: string, values: Readonly<Record<string, string | number>> = {}): string {
  return RED._(CATALOGUE + key, { ...values });
}
