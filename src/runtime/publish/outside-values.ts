// Finds values outside a message, for each message: in the context of flow and process, or by a JSONata expression.

import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { failed, found, type Result } from '../../core/errors/result';
import { InOrder } from '../../core/queues/in-order';
import type { OutsideFound, OutsideValue } from '../../core/values/outside-value';
import type { ConfigResult } from '../../settings/saved-config';

/**
 * Finds the values for `message` and passes them, or the error, to `use`. Messages keep their order, however long their
 * values take. `failed` gets what `use` throws after that. Without values to find, `use` is called at once and may
 * throw.
 */
export type FindOutside = (
  message: NodeMessage,
  use: (found: ConfigResult<OutsideFound>) => void,
  failed: (error: unknown) => void,
) => void;

type FindOne = (message: NodeMessage) => Promise<unknown>;

/** A context store that never answers must not fill the memory: messages above this number are errors. */
const MOST_WAITING = 10_000;

const NOTHING: ConfigResult<OutsideFound> = { ok: true, config: [] };

/**
 * Returns a function that finds `values` for `node`, synchronously when there are none. An invalid expression is the
 * error.
 */
export function outsideFinder(RED: NodeAPI, node: Node, values: readonly OutsideValue[]): ConfigResult<FindOutside> {
  const finders: FindOne[] = [];
  for (const value of values) {
    const finder = value.type === 'jsonata' ? byExpression(RED, node, value) : found(inContext(RED, node, value));
    if (!finder.ok) return finder;
    finders.push(orUnavailable(finder.value, value));
  }
  return { ok: true, config: finders.length === 0 ? (_message, use) => use(NOTHING) : inOrder(finders) };
}

function inOrder(finders: readonly FindOne[]): FindOutside {
  const order = new InOrder(MOST_WAITING);
  return (message, use, failed) => {
    if (order.full) return use({ ok: false, error: tooManyWaiting() });
    const finding = findAll(finders, message);
    order.run(() => finding.then(use), failed);
  };
}

function tooManyWaiting(): MqttFlowsError {
  return new MqttFlowsError('publish-overloaded', { stage: 'publish', params: { maximum: MOST_WAITING } });
}

/** Never rejects, since nothing would handle the rejection while earlier messages are waited for. */
function findAll(finders: readonly FindOne[], message: NodeMessage): Promise<ConfigResult<OutsideFound>> {
  return Promise.all(finders.map((find) => find(message))).then(
    (config) => ({ ok: true, config }),
    (error: MqttFlowsError) => ({ ok: false, error }),
  );
}

/** A store may answer late, so each value is a promise. */
function inContext(RED: NodeAPI, node: Node, { type, text }: OutsideValue): FindOne {
  return (message) =>
    new Promise((resolve, reject) => {
      RED.util.evaluateNodeProperty(text, type, node, message, (error, value) =>
        error ? reject(error) : resolve(value),
      );
    });
}

function byExpression(RED: NodeAPI, node: Node, { text, setting }: OutsideValue): Result<FindOne> {
  let expression: ReturnType<typeof RED.util.prepareJSONataExpression>;
  try {
    expression = RED.util.prepareJSONataExpression(text, node);
  } catch (error) {
    const params = { property: setting, expression: text.slice(0, 200), detail: detailOf(error) };
    return failed(new MqttFlowsError('expression-invalid', { stage: 'config', params }));
  }
  const find: FindOne = (message) =>
    new Promise((resolve, reject) => {
      RED.util.evaluateJSONataExpression(expression, message, (error, value) =>
        error ? reject(error) : resolve(value),
      );
    });
  return found(find);
}

function orUnavailable(find: FindOne, { setting, text }: OutsideValue): FindOne {
  return (message) =>
    find(message).catch((error: unknown) => {
      const params = { property: setting, expression: text.slice(0, 200), detail: detailOf(error) };
      throw new MqttFlowsError('value-unavailable', { stage: 'publish', params });
    });
}

/** JSONata throws objects that are not errors. */
function detailOf(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  return String(message).slice(0, 200);
}
