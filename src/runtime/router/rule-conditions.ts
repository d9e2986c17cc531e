// The JSONata expressions of a router's rules, compiled once when the node is made.

import type { Node, NodeAPI } from 'node-red';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { failed, found, type Result } from '../../core/errors/result';
import type { Route } from '../../core/routes/route';
import type { FlowMessage } from '../../core/routes/routed-message';
import { answerDetail } from '../context/late-answers';
import { compiled, type Evaluate } from '../node/jsonata';

type Holds = (route: Route, message: FlowMessage) => Promise<boolean>;

/** Returns a function that evaluates the expression of a route, or the error of the first invalid expression. */
export function ruleConditions(RED: NodeAPI, node: Node, routes: readonly Route[]): Result<Holds> {
  const expressions = new Map<Route, Evaluate>();
  for (const route of routes) {
    if (!route.test?.expression) continue;
    try {
      expressions.set(route, compiled(RED, node, route.test.expression));
    } catch (error) {
      return failed(new MqttFlowsError('rule-condition-invalid', { stage: 'config', params: paramsOf(route, error) }));
    }
  }
  const holds: Holds = async (route, message) => {
    const evaluate = expressions.get(route);
    if (!evaluate) return true;
    try {
      return Boolean(await evaluate(message));
    } catch (error) {
      throw new MqttFlowsError('rule-condition-failed', { stage: 'route', params: paramsOf(route, error) });
    }
  };
  return found(holds);
}

function paramsOf({ rank, test }: Route, error: unknown): Record<string, string | number> {
  return { rule: rank + 1, condition: (test?.expression ?? '').slice(0, 200), ...answerDetail(error) };
}
