// Text for users: the sentence of an error and other strings of the catalogue that all nodes share.

import type { NodeAPI } from 'node-red';
import { errorSentence } from '../../core/errors/error-sentence';
import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';

type Values = Readonly<Record<string, string | number>>;

/** The catalogue of the broker node holds the strings of all nodes. `RED._` finds it from any node by this prefix. */
const SHARED = '@mqtt-flows/node-red-mqtt-flows/broker:';

/** The full key of a string in the shared catalogue, for text that the editor translates, such as a status. */
export function sharedKey(key: string): string {
  return SHARED + key;
}

/** A string of the shared catalogue in the language of the runtime. */
export function sharedText(RED: NodeAPI, key: string, values: Values = {}): string {
  return RED._(sharedKey(key), { ...values });
}

/** An error as Node-RED shows and routes it: a sentence, and the code by which a flow decides. */
export interface ReportedError extends Error {
  readonly code: string;
  readonly stage: string;
  readonly reasonCode?: number;
  /** What a Catch node passes on besides sentence and code. */
  readonly cause: Readonly<Record<string, string | number>>;
}

/** `error` in the language of the runtime. `values` are values that only the caller knows. */
export function localizedError(RED: NodeAPI, error: MqttFlowsError, values: Values = {}): ReportedError {
  return reportedError(sentence(RED, error, values), error);
}

/** An error with the sentence `text`. `facts` are further values for a flow. */
export function reportedError(text: string, error: MqttFlowsError, facts: Values = {}): ReportedError {
  const { code, stage, reasonCode, params } = error;
  const reason = reasonCode === undefined ? {} : { reasonCode };
  const words = params.reasonString === undefined ? {} : { reasonString: params.reasonString };
  const cause: Values = { stage, ...reason, ...words, ...facts };
  // The Debug sidebar shows the text of a cause, not its properties.
  Object.defineProperty(cause, 'toString', { value: () => factsAsText(cause) });
  const reported = Object.assign(new Error(text), { code, stage, ...reason, cause });
  // The Debug sidebar lists name, message, code and stack of an error; logs and Catch nodes use its toString(). A class
  // name and a trace through our files do not help the reader there.
  Object.defineProperties(reported, { name: { value: undefined }, toString: { value: () => text } });
  delete reported.stack;
  return reported;
}

function factsAsText(facts: Values): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ');
}

/** The sentence of `error`, with the server's own explanation. */
export function sentence(RED: NodeAPI, error: MqttFlowsError, place: Values): string {
  return errorSentence(error, place, (key, values) => sharedText(RED, key, values));
}
