// The JSONata expressions of a router's rules, compiled once when the node is made.

import type { Node, NodeAPI } from 'node-red';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { failed, found, type Result } from '../../core/errors/result';
import type { Route } from '../../core/routes/route';
import type { FlowMessage } from '../../core/routes/routed-message';

type Holds = (route: Route, message: FlowMessage) => Promise<boolean>;

/** Returns a function that evaluates the expression of a route, or the error of the first invalid expression. */
export function ruleConditions(RED: NodeAPI, node: Node, routes: readonly Route[]): Result<Holds> {
  const expressions = new Map<Route, ReturnType<typeof RED.util.prepareJSONataExpression>>();
  for (const route of routes) {
    if (!route.test?.expression) continue;
    try {
      expressions.set(route, RED.util.prepareJSONataExpression(route.test.expression, node));
    } catch (error) {
      return failed(new MqttFlowsError('rule-condition-invalid', { stage: 'config', params: paramsOf(route, error) }));
    }
  }
  const holds: Holds = (route, message) =>
    new Promise((resolve, reject) => {
      const expression = expressions.get(route);
      if (!expression) return resolve(true);
      RED.util.evaluateJSONataExpression(expression, message, (error, value) => {
        if (!error) return resolve(Boolean(value));
        reject(new MqttFlowsError('rule-condition-failed', { stage: 'route', params: paramsOf(route, error) }));
      });
    });
  return found(holds);
}

function paramsOf({ rank, test }: Route, error: unknown): Record<string, string | number> {
  // JSONata throws objects that are not errors.
  const detail = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  return { rule: rank + 1, condition: (test?.expression ?? '').slice(0, 200), detail: String(detail).slice(0, 200) };
}
