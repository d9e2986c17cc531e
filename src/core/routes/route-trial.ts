// What a router would do with a topic, without a message: for the dialog, by the code that the runtime uses.

import type { Route } from './route';
import { RouteTable } from './route-table';
import { type RouteChange, routeChange } from './routed-message';

/** A route that would take the topic. */
export interface TrialStep {
  readonly route: Route;
  readonly result: RouteChange;
  /** False when more than the topic decides. */
  readonly certain: boolean;
}

/** The routes that a message with nothing but `topic` would take, in their order; none when `topic` is blank. */
export function tryTopic(routes: Iterable<Route>, match: 'first' | 'all', topic: string): TrialStep[] {
  const steps: TrialStep[] = [];
  if (topic === '') return steps;
  for (const route of new RouteTable(routes).match(topic)) {
    const certain = route.test === undefined;
    steps.push({ route, result: routeChange(route, topic, { topic }, route.data), certain });
    if (certain && match === 'first') break;
  }
  return steps;
}
