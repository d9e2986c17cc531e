// The setting *Value* of a filter: takes the value out of a received message and puts it in the place of its payload.

import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { failed, found, type Result } from '../../core/errors/result';
import { convertedValue, type TakenValue, takeValue, type ValueRule } from '../../core/values/value-rule';
import type { PreparedMessage } from '../acknowledgement/acknowledgement';
import { answerDetail } from '../context/late-answers';
import { type Evaluate, jsonata } from '../node/jsonata';
import { localizedError } from '../node/localize';

export interface RowValue {
  readonly rule: ValueRule;
  /** For a value that is a JSONata expression. */
  readonly evaluate: Evaluate | undefined;
}

/** Prepares a rule for `node`, or says why its expression is invalid. */
export function rowValue(RED: NodeAPI, node: Node, rule: ValueRule | undefined): Result<RowValue | undefined> {
  if (!rule) return found(undefined);
  const { origin } = rule;
  if (origin.kind !== 'expression') return found({ rule, evaluate: undefined });
  const evaluate = jsonata(RED, node, origin.text, 'value');
  return evaluate.ok ? found({ rule, evaluate: evaluate.value }) : evaluate;
}

/** What `row` takes from a decoded message, now or later. Never rejects. */
export function rowValueOf({ rule, evaluate }: RowValue, message: NodeMessage): Taken | Promise<Taken> {
  if (!evaluate) return takeValue(rule, message.payload);
  return evaluate(message).then(
    (value) => convertedValue(rule, value),
    (error: unknown) => failed(expressionFailed(rule, error)),
  );
}

type Taken = TakenValue | { readonly ok: false; readonly error: MqttFlowsError };

/** `prepared` with the value in the place of its payload, as an error, to be dropped, or as it is. */
export function withValue(RED: NodeAPI, prepared: PreparedMessage, { rule }: RowValue, taken: Taken): PreparedMessage {
  const { message } = prepared;
  if (taken.ok) {
    const data = rule.keepData ? { data: message.payload } : {};
    return { ...prepared, message: Object.assign(message, data, { payload: taken.value }) };
  }
  if ('error' in taken) return { ...prepared, error: localizedError(RED, taken.error) };
  if (rule.missing === 'drop') return { ...prepared, dropped: true };
  if (rule.missing === 'pass') return prepared;
  return { ...prepared, error: localizedError(RED, valueMissing(rule, taken, String(message.topic))) };
}

/** The error for a message without the value of `rule`. */
export function valueMissing(
  { origin }: ValueRule,
  { problem, detail }: Extract<TakenValue, { readonly ok: false }>,
  topic: string,
): MqttFlowsError {
  const value = origin.kind === 'whole' ? 'payload' : origin.text.slice(0, 200);
  const params = { topic, value, detail, problemKey: `valueProblem.${problem}` };
  return new MqttFlowsError('value-missing', { stage: 'decode', params });
}

function expressionFailed({ origin }: ValueRule, error: unknown): MqttFlowsError {
  const expression = origin.kind === 'expression' ? origin.text.slice(0, 200) : '';
  const params = { property: 'value', expression, ...answerDetail(error) };
  return new MqttFlowsError('value-unavailable', { stage: 'decode', params });
}
