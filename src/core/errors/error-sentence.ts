// The sentence of an error, made from a catalogue and the values of the error. Runs in the editor too.

import type { ErrorReport } from './mqtt-flows-error';
import { plainText } from './plain-text';

type Values = Readonly<Record<string, string | number>>;

/** A value whose name ends with this is a key of the catalogue. */
const KEY = 'Key';

/**
 * The sentence of `error`, with the server's own explanation where it gave one. `place` adds values that only the
 * caller knows. `sharedText` looks up the catalogue that all nodes share.
 */
export function errorSentence(
  { code, stage, params, reasonCode }: ErrorReport,
  place: Values,
  sharedText: (key: string, values: Values) => string,
): string {
  // A server that redirects its clients need not say where to.
  const values: Record<string, string | number> = { serverReference: '–' };
  // Topics and payloads may be long, and hold line feeds that would look like other lines of a log.
  for (const [name, value] of Object.entries({ ...place, ...params })) {
    values[name] = typeof value === 'string' ? plainText(value) : value;
  }
  for (const [name, key] of Object.entries(params)) {
    if (name.endsWith(KEY)) values[name.slice(0, -KEY.length)] = sharedText(String(key), values);
  }
  values.stageText = sharedText(`stages.${stage}`, { defaultValue: stage });
  if (reasonCode !== undefined) {
    values.reasonCode = reasonCode;
    values.reasonText = sharedText(`reasonCodes.${reasonCode}`, { defaultValue: String(reasonCode) });
  }
  const bare = sharedText(`errors.${code}`, values);
  const text = values.hint === undefined ? bare : sharedText('log.hinted', { text: bare, hint: values.hint });
  return params.reasonString === undefined ? text : sharedText('log.said', { ...values, text });
}
