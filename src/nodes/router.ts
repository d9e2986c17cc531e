// The router node: sends each message to the outputs of the rules whose topic filters match its topic.

import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { MqttFlowsError } from '../core/mqtt-flows-error';
import { type RouteMatch, RouteTable } from '../core/route-table';
import { fillTopic } from '../core/topic-template';
import { localizedError } from '../runtime/localize';
import { refuseMessages, showProblem } from '../runtime/node-problem';
import { readSettings } from '../runtime/setting-value';
import { parseRouterConfig, type Route, type RouterConfig, type RouterSettings, routerDefaults } from './router.config';

type RoutedMessage = NodeMessageInFlow & { params?: Record<string, string>; originalTopic?: string };

export = function register(RED: NodeAPI): void {
  function construct(this: Node, definition: RouterConfig & NodeDef): void {
    RED.nodes.createNode(this, definition);
    const result = readSettings(RED, this, definition, routerDefaults, parseRouterConfig);
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
    const changes = matches.map((match) => changeOf(match, message));
    const failed = changes.find((change) => change instanceof MqttFlowsError);
    // Nothing is sent, and the message reaches a Catch node as it came.
    if (failed instanceof MqttFlowsError) return failed;
    // The first match takes the message itself, the others copies made before it is changed.
    const copies = matches.map((_, index) => (index === 0 ? message : RED.util.cloneMessage(message)));
    for (const [index, { route }] of matches.entries()) {
      outputs[route.output] = Object.assign(copies[index] ?? message, changes[index]);
    }
    return outputs;
  }

  RED.nodes.registerType('mqtt-flows-router', construct);
};

/** The `msg.params` of a match, and the new topic where its route has one; or why that cannot be made. */
function changeOf(
  { route, params }: RouteMatch<Route>,
  message: RoutedMessage,
): Partial<RoutedMessage> | MqttFlowsError {
  const known = typeof message.params === 'object' ? message.params : {};
  const change: Partial<RoutedMessage> = params ? { params: { ...known, ...params } } : {};
  if (!route.topic) return change;
  const filled = fillTopic(route.topic, { ...message, ...change }, 'route');
  if (!filled.ok) return filled.error;
  return { ...change, topic: filled.topic, originalTopic: message.topic ?? '' };
}
