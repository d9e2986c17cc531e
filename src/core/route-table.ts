// Which routes a topic takes: the trie of the router, with the order of its rules.

import { readCaptures, type TopicParams } from './topic-captures';
import type { TopicFilter } from './topic-filter';
import { TopicTrie } from './topic-trie';

/** A filter with an output. `output` counts from 0 and is the route's rank as well. */
export interface RouteTarget {
  readonly filter: TopicFilter;
  readonly output: number;
}

/** A route that matches, with what its named wildcards took from the topic. */
export interface RouteMatch<R extends RouteTarget> {
  readonly route: R;
  readonly params: TopicParams | undefined;
}

export class RouteTable<R extends RouteTarget> {
  readonly #trie = new TopicTrie<R>();
  readonly #first: boolean;

  /** With `match` `first` a topic takes one route at most, that of the lowest rank. */
  constructor(routes: Iterable<R>, match: 'first' | 'all') {
    this.#first = match === 'first';
    for (const route of routes) this.#trie.add(route.filter, route);
  }

  /** The routes that `topic` takes, in their order. */
  match(topic: string): RouteMatch<R>[] {
    const routes = this.#trie.match(topic);
    if (routes.length > 1) routes.sort((a, b) => a.output - b.output);
    if (this.#first && routes.length > 1) routes.length = 1;
    return routes.map((route) => ({ route, params: readCaptures(route.filter, topic) }));
  }
}
