// Messages that change the routes of a router: `msg.action` = "addRoutes", "removeRoutes", "setRoutes" or "getRoutes".

import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { DynamicRoutes } from '../../core/routes/dynamic-routes';
import type { FlowMessage } from '../../core/routes/routed-message';
import type { KeptRoutes } from './kept-routes';

/** The result of an action. Only "getRoutes" has a message to send. */
export type ActionResult =
  | { readonly ok: true; readonly reply?: FlowMessage }
  | { readonly ok: false; readonly error: MqttFlowsError };

const DONE: ActionResult = { ok: true };

export class RouteControl {
  readonly #routes: DynamicRoutes;
  readonly #kept: KeptRoutes | undefined;
  readonly #cured: () => void;
  /** Why the kept routes could not be read. Until all routes are set anew, they are not overwritten. */
  #unreadable: MqttFlowsError | undefined;

  /** `cured` is called when all routes have been set after a failed load(). */
  constructor(routes: DynamicRoutes, kept: KeptRoutes | undefined, cured: () => void) {
    this.#routes = routes;
    this.#kept = kept;
    this.#cured = cured;
  }

  /** Restores the kept routes. Resolves with the error if that is impossible. */
  async load(): Promise<MqttFlowsError | undefined> {
    try {
      const list = await this.#kept?.load();
      const bad = list === undefined || list === null ? undefined : this.#routes.replace(list);
      this.#unreadable = bad;
    } catch (error) {
      if (!(error instanceof MqttFlowsError)) throw error;
      this.#unreadable = error;
    }
    return this.#unreadable;
  }

  /** Carries out the action of `message`; undefined when it has none. */
  answer(message: FlowMessage): ActionResult | Promise<ActionResult> | undefined {
    switch (message.action) {
      case 'addRoutes':
        return this.#unreadable ? failed(this.#unreadable) : this.#changed(this.#routes.add(message.routes));
      case 'removeRoutes':
        return this.#unreadable ? failed(this.#unreadable) : this.#changed(this.#routes.remove(message.routes));
      case 'setRoutes':
        return this.#changed(this.#routes.replace(message.routes), true);
      case 'getRoutes':
        return { ok: true, reply: Object.assign(message, { routes: this.#routes.list() }) };
      default:
        return undefined;
    }
  }

  #changed(error: MqttFlowsError | undefined, anew = false): ActionResult | Promise<ActionResult> {
    if (error) return failed(error);
    if (anew && this.#unreadable) {
      this.#unreadable = undefined;
      this.#cured();
    }
    if (!this.#kept) return DONE;
    return this.#kept.save(() => this.#routes.list()).then(() => DONE, failedToKeep);
  }
}

function failed(error: MqttFlowsError): ActionResult {
  return { ok: false, error };
}

function failedToKeep(error: unknown): ActionResult {
  if (error instanceof MqttFlowsError) return failed(error);
  throw error;
}
