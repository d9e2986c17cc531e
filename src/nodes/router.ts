// The router node: sends each message to the outputs of the rules whose topic filters match its topic.

import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import type { MqttFlowsError } from '../core/errors/mqtt-flows-error';
import { DynamicRoutes } from '../core/routes/dynamic-routes';
import type { Route } from '../core/routes/route';
import { RouteTable } from '../core/routes/route-table';
import { TopicRouter } from '../core/routes/topic-router';
import { refuseMessages, showProblem } from '../runtime/node/node-problem';
import { readSettings } from '../runtime/node/read-settings';
import { outsideFinder } from '../runtime/publish/outside-values';
import { KeptRoutes } from '../runtime/router/kept-routes';
import { outsideRouting } from '../runtime/router/outside-routing';
import { RouteControl } from '../runtime/router/route-actions';
import { RouteCounter, serveCounts, showCounts } from '../runtime/router/route-counts';
import { routeStatus } from '../runtime/router/route-status';
import { routedInput } from '../runtime/router/routed-input';
import { ruleConditions } from '../runtime/router/rule-conditions';
import { parseRouterConfig, type RouterConfig, type RouterSettings, routerDefaults } from '../settings/router.config';

export = function register(RED: NodeAPI): void {
  function construct(this: Node, definition: RouterConfig & NodeDef): void {
    RED.nodes.createNode(this, definition);
    const result = readSettings(RED, this, definition, routerDefaults, parseRouterConfig, ['condition']);
    if (!result.ok) return refuse(this, result.error);
    const settings = result.config;
    const holds = ruleConditions(RED, this, settings.routes);
    if (!holds.ok) return refuse(this, holds.error);
    const finder = outsideFinder(RED, this, settings.outside, { stage: 'route', overloaded: 'router-overloaded' });
    if (!finder.ok) return refuse(this, finder.error);
    const table = new RouteTable<Route>(settings.routes);
    const dynamic = (): number => table.size - settings.routes.length;
    const status = settings.dynamic === undefined ? undefined : routeStatus(RED, this, dynamic);
    const control = routeControl(this, table, settings, () => status?.changed());
    const copied = <T>(data: T): T => RED.util.cloneMessage(data as NodeMessage) as T;
    const inner = new TopicRouter(table, settings, { holds: holds.value, copied });
    const router = settings.outside.length === 0 ? inner : outsideRouting(inner, finder.config);
    const filters = (definition.rules ?? []).map(({ filter }) => filter);
    const counter = new RouteCounter(filters, dynamic);
    showCounts(this, definition, counter);
    routedInput(RED, this, { router, control, counter, status, replies: settings.dynamic ?? 0 });
  }

  /** Accepts routes from messages if the node is set so, and restores the routes that were kept. */
  function routeControl(
    node: Node,
    table: RouteTable<Route>,
    { dynamic, store, routes }: RouterSettings,
    changed: () => void,
  ): RouteControl | undefined {
    if (dynamic === undefined) return undefined;
    const outputs = { rules: routes.map(({ filter }) => filter.text), unnamed: dynamic };
    const kept = store && new KeptRoutes(RED, node, store);
    return new RouteControl(new DynamicRoutes(table, outputs), kept, changed);
  }

  function refuse(node: Node, error: MqttFlowsError): void {
    showProblem(RED, node, error);
    refuseMessages(RED, node, error);
  }

  serveCounts(RED);
  RED.nodes.registerType('mqtt-flows-router', construct);
};
