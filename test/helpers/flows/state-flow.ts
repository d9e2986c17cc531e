// A flow with a topic state node that subscribes, a publisher, and a subscriber that sees what is published.

import { type Flow, type FlowMessage, loadFlow } from './flow-harness';
import { embeddedNode, publishNodes, type StateSetup, stateNodes, subscribeNodes, unique } from './flow-nodes';

/**
 * Loads a flow with a state node `state` that subscribes to rooms below `base` at an embedded broker, a publisher `pub` and a
 * subscriber `witness`, and returns when all have subscribed.
 */
export async function loadStateFlow(settings: StateSetup, base: string): Promise<Flow> {
  const broker = unique('broker');
  const flow = await loadFlow([
    embeddedNode(broker),
    ...stateNodes('state', { broker, subscriptions: [`${base}/+room/#what`], ...settings }),
    ...publishNodes('pub', broker, { qos: '1' }),
    ...subscribeNodes('witness', broker, [`${base}/#`]),
  ]);
  await flow.connected('pub', 'witness');
  await stateListens(flow);
  return flow;
}

/** Resolves when the node `state` has its subscriptions. */
export async function stateListens(flow: Flow): Promise<void> {
  await flow.statuses('state').latest('topics', ({ fill }) => fill === 'green');
}

/** Publishes by `pub`, and returns when the state has received it. */
export async function publishToState(flow: Flow, topic: string, payload: unknown, retain = false): Promise<void> {
  flow.inject('pub', { topic, payload, retain });
  // Whoever subscribed before the witness has it, too.
  await flow.received('witness-out').next();
}

/** What a change says: topic and payload, what was before, and whether it was removed. */
export function shownChange({ topic, payload, previous, removed }: FlowMessage): unknown[] {
  return [topic, payload, ...(previous === undefined ? [] : [previous]), ...(removed ? ['removed'] : [])];
}
