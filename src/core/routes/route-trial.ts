// What a router would do with a topic, for the dialog. It runs the same code as the runtime.

import type { Route } from './route';
import { RouteTable } from './route-table';
import { type RouteChange, routeChange } from './routed-message';

/** A route that matches the topic. */
export interface TrialStep {
  readonly route: Route;
  readonly result: RouteChange;
  /** False when the route also has conditions. */
  readonly certain: boolean;
}

/** The routes that match `topic`, in order; none when `topic` is blank. */
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
