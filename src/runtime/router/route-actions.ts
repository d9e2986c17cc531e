// Messages that change the routes of a router: `msg.action` = "addRoutes", "removeRoutes", "setRoutes" or "getRoutes".

import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { DONE, type Done, type Failed, failed } from '../../core/errors/result';
import type { DynamicRoutes } from '../../core/routes/dynamic-routes';
import type { FlowMessage } from '../../core/routes/routed-message';
import type { KeptRoutes } from './kept-routes';

/** The result of an action. Only "getRoutes" has a message to send. */
export type ActionResult = { readonly ok: true; readonly reply?: FlowMessage } | Failed;

export class RouteControl {
  readonly #routes: DynamicRoutes;
  readonly #kept: KeptRoutes | undefined;
  readonly #told: () => void;
  /** Why the kept routes could not be read. Until all routes are set anew, they are not overwritten. */
  #unreadable: MqttFlowsError | undefined;

  /** `changed` is called after each change of the routes. */
  constructor(routes: DynamicRoutes, kept: KeptRoutes | undefined, changed: () => void) {
    this.#routes = routes;
    this.#kept = kept;
    this.#told = changed;
  }

  /** Restores the kept routes. Never rejects. */
  async load(): Promise<Done> {
    const taken = this.#kept?.take();
    if (taken) return failed(taken);
    const restored = await this.#restore();
    this.#unreadable = restored.ok ? undefined : restored.error;
    return restored;
  }

  /** Another node may keep something under the key. */
  close(): void {
    this.#kept?.close();
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

  async #restore(): Promise<Done> {
    try {
      const list = await this.#kept?.load();
      return list === undefined || list === null ? DONE : this.#routes.replace(list);
    } catch (error) {
      return failedToKeep(error);
    }
  }

  #changed(change: Done, anew = false): ActionResult | Promise<ActionResult> {
    if (!change.ok) return change;
    if (anew) this.#unreadable = undefined;
    this.#told();
    if (!this.#kept) return DONE;
    return this.#kept.save(() => this.#routes.list()).then(() => DONE, failedToKeep);
  }
}

function failedToKeep(error: unknown): Failed {
  if (error instanceof MqttFlowsError) return failed(error);
  throw error;
}
