// The router without Node-RED: which messages go to which outputs. What is outside of a message, it is handed.

import { MqttFlowsError } from '../errors/mqtt-flows-error';
import { type Path, readPath } from '../values/template';
import { flagsFit, type Route } from './route';
import type { RouteTable } from './route-table';
import { type FlowMessage, routeChange } from './routed-message';

export interface RoutingSettings {
  /** Where a message has its topic, as written, for errors. */
  readonly property: string;
  readonly topicPath: Path;
  readonly match: 'first' | 'all';
  /** The output for what no route takes; undefined drops it. */
  readonly otherwise: number | undefined;
  /** What becomes of a message without a usable topic. */
  readonly noTopic: 'otherwise' | 'error';
}

export interface RoutingTools {
  /** Whether the expression of a route holds for a message. Rejects with an MqttFlowsError. */
  holds(route: Route, message: FlowMessage): Promise<boolean>;
  /** A copy that shares nothing with what a route carries. */
  copied(data: unknown): unknown;
}

/** A message and its output, which counts from 0. */
export interface RoutedMessage {
  readonly output: number;
  readonly message: FlowMessage;
}

export type Routing =
  | { readonly ok: true; readonly sent: readonly RoutedMessage[]; readonly taken: readonly Route[] }
  | { readonly ok: false; readonly error: MqttFlowsError };

const NONE: readonly Route[] = [];

export class TopicRouter {
  readonly #table: RouteTable<Route>;
  readonly #settings: RoutingSettings;
  readonly #tools: RoutingTools;

  constructor(table: RouteTable<Route>, settings: RoutingSettings, tools: RoutingTools) {
    this.#table = table;
    this.#settings = settings;
    this.#tools = tools;
  }

  /**
   * Where `message` goes; a promise only when a route with an expression comes into question. The first message that is
   * sent is `message` itself, changed; when it fails, it stays as it came.
   */
  route(message: FlowMessage): Routing | Promise<Routing> {
    const { property, topicPath, noTopic } = this.#settings;
    const topic = readPath(message, topicPath);
    // MQTT 5, section 4.7.3: a topic has one character at least.
    if (typeof topic !== 'string' || topic === '') {
      if (noTopic === 'otherwise') return this.#routed(NONE, '', message);
      const params = { property, value: topic === '' ? '""' : typeof topic };
      return { ok: false, error: new MqttFlowsError('topic-unusable', { stage: 'route', params }) };
    }
    const chosen = this.#choose(this.#table.match(topic), message);
    if (!(chosen instanceof Promise)) return this.#routed(chosen, topic, message);
    return chosen.then((routes) => this.#routed(routes, topic, message), failedRouting);
  }

  #choose(candidates: readonly Route[], message: FlowMessage): readonly Route[] | Promise<readonly Route[]> {
    const chosen: Route[] = [];
    for (let index = 0; index < candidates.length; index++) {
      const route = candidates[index] as Route;
      if (route.test && !flagsFit(route.test, message)) continue;
      if (route.test?.expression) return this.#chooseTested(chosen, candidates.slice(index), message);
      chosen.push(route);
      if (this.#settings.match === 'first') break;
    }
    return chosen;
  }

  async #chooseTested(chosen: Route[], candidates: readonly Route[], message: FlowMessage): Promise<readonly Route[]> {
    for (const route of candidates) {
      if (route.test && !flagsFit(route.test, message)) continue;
      if (route.test?.expression && !(await this.#tools.holds(route, message))) continue;
      chosen.push(route);
      if (this.#settings.match === 'first') break;
    }
    return chosen;
  }

  #routed(taken: readonly Route[], topic: string, message: FlowMessage): Routing {
    const { otherwise } = this.#settings;
    if (taken.length === 0) {
      return { ok: true, sent: otherwise === undefined ? [] : [{ output: otherwise, message }], taken };
    }
    const changes: FlowMessage[] = [];
    for (const route of taken) {
      const { data } = route;
      const carried = typeof data === 'object' ? this.#tools.copied(data) : data;
      const result = routeChange(route, topic, message, carried);
      if (!result.ok) return result;
      changes.push(result.change);
    }
    // Copies are made before the message is changed, and shallow: Node-RED clones all that it sends but one.
    const sent = taken.map(({ output }, index) => ({
      output,
      message: index === 0 ? message : { ...message, ...changes[index] },
    }));
    Object.assign(message, changes[0]);
    return { ok: true, sent, taken };
  }
}

function failedRouting(error: unknown): Routing {
  if (error instanceof MqttFlowsError) return { ok: false, error };
  throw error;
}
