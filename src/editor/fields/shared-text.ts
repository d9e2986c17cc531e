// Strings of the catalogue that all nodes share: that of the broker, as in runtime/node/localize.ts.

const SHARED = '@mqtt-flows/node-red-mqtt-flows/broker:';

/** A string of the shared catalogue in the language of the editor. */
export function sharedText(key: string, values: Readonly<Record<string, string | number>> = {}): string {
  return RED._(SHARED + key, { ...values });
}
