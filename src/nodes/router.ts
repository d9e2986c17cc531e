// The router node: sends each message to the outputs of the rules whose topic filters match its topic.

import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import type { MqttFlowsError } from '../core/mqtt-flows-error';
import { type RouteMatch, RouteTable } from '../core/route-table';
import { fillTopic } from '../core/topic-template';
import { localizedError } from '../runtime/localize';
import { refuseMessages, showProblem } from '../runtime/node-problem';
import { parseRouterConfig, type Route, type RouterConfig, type RouterSettings } from './router.config';

type RoutedMessage = NodeMessageInFlow & { params?: Record<string, string>; originalTopic?: string };

export = function register(RED: NodeAPI): void {
  function construct(this: Node, definition: RouterConfig & NodeDef): void {
    RED.nodes.createNode(this, definition);
    const result = parseRouterConfig({ ...definition });
    if (!result.ok) {
      showProblem(RED, this, result.error);
      refuseMessages(RED, this, result.error);
      return;
    }
    const { config } = result;
    const table = new RouteTable(config.routes, config.match);
    this.on('input', (message, send, done) => {
      const outputs = routed(message, table, config);
      if (!Array.isArray(outputs)) return done(localizedError(RED, outputs));
      send(outputs);
      done();
    });
  }

  /** What goes to which output, or why nothing can. */
  function routed(
    message: RoutedMessage,
    table: RouteTable<Route>,
    { routes, otherwise }: RouterSettings,
  ): (RoutedMessage | null)[] | MqttFlowsError {
    const outputs = new Array<RoutedMessage | null>(routes.length + (otherwise ? 1 : 0)).fill(null);
    const matches = typeof message.topic === 'string' ? table.match(message.topic) : [];
    if (matches.length === 0 && otherwise) outputs[routes.length] = message;
    // The first match takes the message itself, the others copies made before it is changed.
    const copies = matches.map((_, index) => (index === 0 ? message : RED.util.cloneMessage(message)));
    for (const [index, match] of matches.entries()) {
      const copy = copies[index] ?? message;
      const error = follow(match, copy);
      if (error) return error;
      outputs[match.route.output] = copy;
    }
    return outputs;
  }

  RED.nodes.registerType('mqtt-flows-router', construct);
};

/** Sets `msg.params`, and the new topic where the route has one. */
function follow({ route, params }: RouteMatch<Route>, message: RoutedMessage): MqttFlowsError | undefined {
  if (params) message.params = { ...message.params, ...params };
  if (!route.topic) return undefined;
  const filled = fillTopic(route.topic, message, 'route');
  if (!filled.ok) return filled.error;
  message.originalTopic = message.topic ?? '';
  message.topic = filled.topic;
  return undefined;
}
