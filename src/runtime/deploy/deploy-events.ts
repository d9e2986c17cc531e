// The events of a deploy, for any number of nodes: Node-RED's emitter warns of a leak from eleven listeners on.

import type { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';

/** A deploy begins to stop nodes, or all of its nodes have started. */
export type DeployMoment = 'flows:stopping' | 'flows:started';

/** The data of both events. `config` is the object with the flows that run from now on. */
interface FlowsEvent {
  readonly config?: object;
}

class Deploys {
  readonly #listeners: Readonly<Record<DeployMoment, Set<() => void>>> = {
    'flows:stopping': new Set(),
    'flows:started': new Set(),
  };
  #running: object | undefined;
  #replacing = false;

  constructor(emitter: EventEmitter) {
    emitter.on('flows:stopping', ({ config }: FlowsEvent = {}) => {
      this.#replacing = config !== undefined && config !== this.#running;
      this.#tell('flows:stopping');
    });
    emitter.on('flows:started', ({ config }: FlowsEvent = {}) => {
      this.#running = config;
      this.#replacing = false;
      this.#tell('flows:started');
    });
  }

  get replacing(): boolean {
    return this.#replacing;
  }

  listen(moment: DeployMoment, listener: () => void): () => void {
    this.#listeners[moment].add(listener);
    return () => this.#listeners[moment].delete(listener);
  }

  #tell(moment: DeployMoment): void {
    for (const listener of [...this.#listeners[moment]]) listener();
  }
}

const byEmitter = new WeakMap<EventEmitter, Deploys>();

function deploysOf(emitter: EventEmitter): Deploys {
  const known = byEmitter.get(emitter) ?? new Deploys(emitter);
  byEmitter.set(emitter, known);
  return known;
}

/** Calls `listener` at each such event. Returns a function that removes it. */
export function onDeploy(RED: NodeAPI, moment: DeployMoment, listener: () => void): () => void {
  return deploysOf(RED.events).listen(moment, listener);
}

/** Whether nodes are being stopped because a deploy replaces them, and not because the flows or Node-RED stop. */
export function isReplacing(RED: NodeAPI): boolean {
  return deploysOf(RED.events).replacing;
}

/**
 * Resolves once all nodes of the current deploy exist. Never resolves if `node` is closed before. Until then, Catch
 * nodes do not get errors.
 */
export function flowsStarted(RED: NodeAPI, node: Node): Promise<void> {
  return new Promise((resolve) => {
    const cancel = onDeploy(RED, 'flows:started', () => {
      cancel();
      resolve();
    });
    node.on('close', cancel);
  });
}
