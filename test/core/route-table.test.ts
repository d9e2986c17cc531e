// Which routes a topic takes, in the order of the rules.

import assert from 'node:assert/strict';
import { RouteTable, type RouteTarget } from '#src/core/route-table';
import { filterOf } from './parsed';

function routes(...filters: readonly string[]): RouteTarget[] {
  return filters.map((filter, output) => ({ filter: filterOf(filter), output }));
}

function outputs(match: 'first' | 'all', filters: readonly string[], topic: string): number[] {
  return new RouteTable(routes(...filters), match).match(topic).map(({ route }) => route.output);
}

describe('core/route-table', () => {
  const filters = ['#', 'a/b', 'a/+', '+/b', 'a/#', 'x/#', '$SYS/#', 'a/b'];

  it('a topic takes all routes that match, in the order of the rules', () => {
    assert.deepEqual(outputs('all', filters, 'a/b'), [0, 1, 2, 3, 4, 7]);
    assert.deepEqual(outputs('all', [...filters].reverse(), 'a/b'), [0, 3, 4, 5, 6, 7]);
    assert.deepEqual(outputs('all', filters, '$SYS/x'), [6]);
  });

  it('a topic takes the first route only, where that is asked for', () => {
    assert.deepEqual(outputs('first', filters, 'a/b'), [0]);
    assert.deepEqual(outputs('first', filters.slice(1), 'a/b'), [0]);
    assert.deepEqual(outputs('first', [...filters].reverse(), 'x/y'), [2]);
  });

  it('a topic that no rule knows takes no route', () => {
    assert.deepEqual(outputs('all', filters, '$other'), []);
    assert.deepEqual(outputs('first', ['a'], 'b'), []);
    assert.deepEqual(outputs('all', [], 'a'), []);
  });

  it('twelve routes come in the order of numbers, not of texts', () => {
    assert.deepEqual(outputs('all', Array(12).fill('#'), 'a'), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('each route has what its own wildcards took', () => {
    const table = new RouteTable(routes('+area/#rest', 'a/+', 'a/+id'), 'all');
    assert.deepEqual(
      table.match('a/7').map(({ params }) => params),
      [{ area: 'a', rest: '7' }, undefined, { id: '7' }],
    );
  });

  it('the route is the very one that was given', () => {
    const [route] = routes('a');
    assert.ok(route);
    assert.equal(new RouteTable([route], 'all').match('a')[0]?.route, route);
  });
});
