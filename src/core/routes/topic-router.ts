// The router without Node-RED: which messages go to which outputs. Everything outside the message is handed in.

import { MqttFlowsError } from '../errors/mqtt-flows-error';
import { NOTHING_OUTSIDE, type OutsideFound } from '../values/outside-value';
import { type Path, readPath } from '../values/template';
import { flagsFit, type Route } from './route';
import type { RouteTable } from './route-table';
import { type FlowMessage, routeChange } from './routed-message';

export interface RoutingSettings {
  /** The property that holds the topic, as written in the dialog, for errors. */
  readonly property: string;
  readonly topicPath: Path;
  readonly match: 'first' | 'all';
  /** The output for messages that no route takes. Undefined drops them. */
  readonly otherwise: number | undefined;
  /** What happens to a message without a usable topic. */
  readonly noTopic: 'otherwise' | 'error';
}

interface RoutingTools {
  /** Whether the expression of a route holds for a message. Rejects with an MqttFlowsError. */
  holds(route: Route, message: FlowMessage): Promise<boolean>;
  /** A deep copy of the data of a route. */
  copied(data: unknown): unknown;
}

/** A message and its output, counted from 0. */
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
   * Where `message` goes. The result is a promise only when a route with an expression may match. The first message
   * sent is `message` itself, changed; on failure it stays unchanged. `outside` has the values that templates of new topics
   * need beside the message.
   */
  route(message: FlowMessage, outside: OutsideFound = NOTHING_OUTSIDE): Routing | Promise<Routing> {
    const { property, topicPath, noTopic } = this.#settings;
    const topic = readPath(message, topicPath);
    // MQTT 5, section 4.7.3: a topic has at least one character.
    if (typeof topic !== 'string' || topic === '') {
      if (noTopic === 'otherwise') return this.#routed(NONE, '', message, outside);
      const params = { property, value: topic === '' ? '""' : typeof topic };
      return { ok: false, error: new MqttFlowsError('topic-unusable', { stage: 'route', params }) };
    }
    const chosen = this.#choose(this.#table.match(topic), message);
    if (!(chosen instanceof Promise)) return this.#routed(chosen, topic, message, outside);
    return chosen.then((routes) => this.#routed(routes, topic, message, outside), failedRouting);
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

  #routed(taken: readonly Route[], topic: string, message: FlowMessage, outside: OutsideFound): Routing {
    const { otherwise } = this.#settings;
    if (taken.length === 0) {
      return { ok: true, sent: otherwise === undefined ? [] : [{ output: otherwise, message }], taken };
    }
    const changes: FlowMessage[] = [];
    for (const route of taken) {
      const { data } = route;
      const carried = typeof data === 'object' ? this.#tools.copied(data) : data;
      const result = routeChange(route, topic, message, carried, outside);
      if (!result.ok) return result;
      changes.push(result.change);
    }
    // Copies are made before the message changes. They are shallow: Node-RED clones every message that it sends except
    // one.
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
