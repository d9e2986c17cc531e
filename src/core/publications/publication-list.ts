// Several publications that one message asks for: `msg.publications`, a list of objects with what a message for one
// publication has.

import type { MqttFlowsError } from '../errors/mqtt-flows-error';
import { type Failed, failed, found, type Result } from '../errors/result';
import { isRecord, propertyInvalid } from '../values/plain-value';

type Values = Readonly<Record<string, unknown>>;

/** What each publication says for itself. The rest of the message is there for templates. */
const OWN = new Set([
  'topic',
  'payload',
  'qos',
  'retain',
  'contentType',
  'payloadFormatIndicator',
  'messageExpiryInterval',
  'responseTopic',
  'correlationData',
  'userProperties',
  'publications',
  'results',
  'reasonCode',
]);

/** An error of one entry, with its place in the list, counted from 0. */
export type EntryFailure = Failed<{ readonly index: number; readonly error: MqttFlowsError }>;

/** Whether a message asks for several publications. */
export function asksForList(message: object): boolean {
  return 'publications' in message && Array.isArray(message.publications);
}

/** A message for each entry of `msg.publications`, which must be a list. The first entry that is no object is the error. */
export function messagesOfList<M extends object>(message: M): Result<readonly M[], EntryFailure['error']> {
  // A message may hold anything under any name.
  const values = message as M & Values;
  const shared: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) if (!OWN.has(name)) shared[name] = value;
  const entries = Array.isArray(values.publications) ? (values.publications as readonly unknown[]) : [];
  const messages: M[] = [];
  for (const [index, entry] of entries.entries()) {
    if (!isRecord(entry)) {
      const error = propertyInvalid(`msg.publications[${index}]`, entry, 'expected.section', 'publish');
      return failed({ index, error });
    }
    // The properties that M needs are among those that are shared.
    messages.push({ ...shared, ...entry } as M);
  }
  return found(messages);
}

/** What became of one publication, in `msg.results`. */
export type PublicationOutcome =
  | { readonly ok: true; readonly reasonCode?: number }
  | { readonly ok: false; readonly error: { readonly code: string; readonly message: string } };
