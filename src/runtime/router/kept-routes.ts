// Keeps routes from messages in the context of flow or process, so that they outlive the node.

import type { Node, NodeAPI } from 'node-red';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { plainText } from '../../core/errors/plain-text';
import { detailOf } from '../../core/errors/thrown-value';
import type { RouteDefinition } from '../../core/routes/route-definition';

export class KeptRoutes {
  readonly #context;
  readonly #key: string;
  readonly #store: string | undefined;
  /** The next write, which has not begun. It includes all changes until then. */
  #next: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(RED: NodeAPI, node: Node, type: 'flow' | 'global', key: string) {
    const place = RED.util.parseContextStore(key);
    this.#context = node.context()[type];
    this.#key = place.key;
    this.#store = place.store;
  }

  /** The kept routes; undefined when there are none. Rejects with `routes-unreadable`. */
  load(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#context.get(this.#key, this.#store, (error, value) => {
        if (error) reject(new MqttFlowsError('routes-unreadable', { stage: 'config', params: this.#params(error) }));
        else resolve(value);
      });
    });
  }

  /** Keeps the result of `list`, which is called when the store is ready. Rejects with `routes-not-kept`. */
  save(list: () => RouteDefinition[]): Promise<void> {
    this.#next ??= this.#writing.then(() => {
      this.#next = undefined;
      const write = this.#write(list());
      this.#writing = write.catch(() => undefined);
      return write;
    });
    return this.#next;
  }

  #write(routes: RouteDefinition[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#context.set(this.#key, routes, this.#store, (error: Error | undefined) => {
        if (error) reject(new MqttFlowsError('routes-not-kept', { stage: 'control', params: this.#params(error) }));
        else resolve();
      });
    });
  }

  #params(error: unknown): Record<string, string> {
    return { key: this.#key, detail: plainText(detailOf(error)) };
  }
}
