// The events of a deploy, for any number of nodes: Node-RED's emitter warns of a leak from eleven listeners on.

import type { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';

/**
 * A deploy begins to stop nodes; all of its nodes have started, and what has waited for that goes on right after, at
 * `flows:started`; or it is over: its nodes have started, or Node-RED
 * cannot start them, or the flows were stopped without a deploy and now all nodes are closed.
 */
type DeployMoment = 'flows:stopping' | 'before flows:started' | 'flows:started' | 'over';

/** The data of the events of flows. `config` is the object with the flows that run from now on. */
interface FlowsEvent {
  readonly config?: object;
}

/** Node-RED starts no flows if a type or a module is missing, or in safe mode. It says so to editors only. */
interface RuntimeEvent {
  readonly id?: string;
  readonly payload?: { readonly error?: unknown } | undefined;
}

class Deploys {
  readonly #listeners: Readonly<Record<DeployMoment, Set<() => void>>> = {
    'flows:stopping': new Set(),
    'before flows:started': new Set(),
    'flows:started': new Set(),
    over: new Set(),
  };
  #running: object | undefined;
  #coming: object | undefined;
  #replacing = false;

  constructor(emitter: EventEmitter) {
    emitter.on('flows:stopping', ({ config }: FlowsEvent = {}) => {
      this.#coming = config;
      this.#replacing = config !== undefined && config !== this.#running;
      this.#tell('flows:stopping');
    });
    emitter.on('flows:stopped', () => {
      if (!this.#replacing) this.#tell('over');
    });
    emitter.on('flows:started', ({ config }: FlowsEvent = {}) => {
      this.#end(config);
      this.#tell('before flows:started');
      this.#tell('flows:started');
    });
    emitter.on('runtime-event', ({ id, payload }: RuntimeEvent = {}) => {
      if (this.#replacing && id === 'runtime-state' && payload?.error !== undefined) this.#end(this.#coming);
    });
  }

  get replacing(): boolean {
    return this.#replacing;
  }

  listen(moment: DeployMoment, listener: () => void): () => void {
    this.#listeners[moment].add(listener);
    return () => this.#listeners[moment].delete(listener);
  }

  #end(running: object | undefined): void {
    this.#running = running;
    this.#replacing = false;
    this.#tell('over');
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
 * Follows the deploys from now on. The function that it returns calls `act` at once or, while a deploy replaces nodes, when that
 * is over.
 */
export function outsideDeploys(RED: NodeAPI): (act: () => void) => void {
  const deploys = deploysOf(RED.events);
  return (act) => {
    if (!deploys.replacing) return act();
    const cancel = deploys.listen('over', () => {
      cancel();
      act();
    });
  };
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
