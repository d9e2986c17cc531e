// The moments of a deploy, for any number of nodes: Node-RED's emitter warns of a leak from eleven listeners on.

import type { EventEmitter } from 'node:events';
import type { NodeAPI } from 'node-red';

/** A deploy begins to stop nodes, or all of its nodes run. */
export type DeployMoment = 'flows:stopping' | 'flows:started';

type Listeners = Set<() => void>;

const byEmitter = new WeakMap<EventEmitter, Map<DeployMoment, Listeners>>();

/** Calls `listener` at each such moment; the function returned ends that. */
export function onDeploy(RED: NodeAPI, moment: DeployMoment, listener: () => void): () => void {
  const listeners = listenersOf(RED.events, moment);
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function listenersOf(emitter: EventEmitter, moment: DeployMoment): Listeners {
  const moments = byEmitter.get(emitter) ?? new Map<DeployMoment, Listeners>();
  byEmitter.set(emitter, moments);
  const known = moments.get(moment);
  if (known) return known;
  const listeners: Listeners = new Set();
  moments.set(moment, listeners);
  emitter.on(moment, () => {
    for (const listener of [...listeners]) listener();
  });
  return listeners;
}
