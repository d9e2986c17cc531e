// Finds values outside a message, for each message: in the context of flow and process, or by a JSONata expression.

import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { type Clock, systemClock } from '../../connection/clock';
import { type ErrorCode, type ErrorStage, MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { found, type Result } from '../../core/errors/result';
import { InOrder } from '../../core/queues/in-order';
import type { OutsideFound, OutsideValue } from '../../core/values/outside-value';
import type { ConfigResult } from '../../settings/saved-config';
import { answerDetail, LateAnswers } from '../context/late-answers';
import { type Evaluate, jsonata } from '../node/jsonata';

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

/** A context store and an expression answer later, by a promise. */
type FindOne = (message: NodeMessage) => unknown;

/** Messages that wait for a slow context store or expression must not fill the memory: those above this number are errors. */
const MOST_WAITING = 10_000;

const NOTHING: ConfigResult<OutsideFound> = { ok: true, config: [] };

/** What a node uses the values for, as its errors say it. */
interface OutsideUse {
  readonly stage: ErrorStage;
  /** The error of a message for which too many others wait. */
  readonly overloaded: ErrorCode;
}

const PUBLISHED: OutsideUse = { stage: 'publish', overloaded: 'publish-overloaded' };

/**
 * Returns a function that finds `values` for `node`, synchronously when none is in a context or an expression. An invalid
 * expression is the error.
 */
export function outsideFinder(
  RED: NodeAPI,
  node: Node,
  values: readonly OutsideValue[],
  use: OutsideUse = PUBLISHED,
  clock: Clock = systemClock,
): ConfigResult<FindOutside> {
  const finders: FindOne[] = [];
  let later = false;
  for (const value of values) {
    const finder = finderOf(RED, node, value, use, clock);
    if (!finder.ok) return finder;
    finders.push(finder.value);
    later ||= value.type === 'jsonata' || value.type === 'flow' || value.type === 'global';
  }
  if (finders.length === 0) return { ok: true, config: (_message, use) => use(NOTHING) };
  return { ok: true, config: later ? inOrder(finders, use) : atOnce(finders) };
}

function finderOf(RED: NodeAPI, node: Node, value: OutsideValue, { stage }: OutsideUse, clock: Clock): Result<FindOne> {
  switch (value.type) {
    case 'jsonata': {
      const evaluate = jsonata(RED, node, value.text, value.setting, clock);
      return evaluate.ok ? found(orUnavailable(evaluate.value, value, stage)) : evaluate;
    }
    case 'flow':
    case 'global':
      return found(orUnavailable(inContext(RED, node, value.type, value.text, clock), value, stage));
    case 'env': {
      // A changed variable of a flow or group restarts its nodes.
      const variable: unknown = RED.util.getSetting(node, value.text);
      return found(() => variable);
    }
    case 'now':
      return found(() => Date.now());
    case 'iso':
      return found(() => new Date().toISOString());
  }
}

function atOnce(finders: readonly FindOne[]): FindOutside {
  return (message, use) => use({ ok: true, config: finders.map((find) => find(message)) });
}

function inOrder(finders: readonly FindOne[], { stage, overloaded }: OutsideUse): FindOutside {
  const order = new InOrder(MOST_WAITING);
  return (message, use, failed) => {
    if (order.full) {
      return use({ ok: false, error: new MqttFlowsError(overloaded, { stage, params: { maximum: MOST_WAITING } }) });
    }
    const finding = findAll(finders, message);
    order.run(() => finding.then(use), failed);
  };
}

/** Never rejects, since nothing would handle the rejection while earlier messages are waited for. */
function findAll(finders: readonly FindOne[], message: NodeMessage): Promise<ConfigResult<OutsideFound>> {
  return Promise.all(finders.map((find) => find(message))).then(
    (config) => ({ ok: true, config }),
    (error: MqttFlowsError) => ({ ok: false, error }),
  );
}

function inContext(RED: NodeAPI, node: Node, type: 'flow' | 'global', text: string, clock: Clock): Evaluate {
  const answers = new LateAnswers(clock);
  return (message) => answers.ask((answered) => RED.util.evaluateNodeProperty(text, type, node, message, answered));
}

function orUnavailable(find: Evaluate, { setting, text }: OutsideValue, stage: ErrorStage): FindOne {
  return (message) =>
    find(message).catch((error: unknown) => {
      const params = { property: setting, expression: text.slice(0, 200), ...answerDetail(error) };
      throw new MqttFlowsError('value-unavailable', { stage, params });
    });
}
