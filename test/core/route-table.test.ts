// The routes that match a topic, in the order of the rules.

import assert from 'node:assert/strict';
import { type RankedFilter, RouteTable } from '#src/core/routes/route-table';
import { filterOf } from './parsed';

function routes(...filters: readonly string[]): RankedFilter[] {
  return filters.map((filter, rank) => ({ filter: filterOf(filter), rank }));
}

function ranks(filters: readonly string[], topic: string): number[] {
  return new RouteTable(routes(...filters)).match(topic).map(({ rank }) => rank);
}

describe('core/routes/route-table', () => {
  const filters = ['#', 'a/b', 'a/+', '+/b', 'a/#', 'x/#', '$SYS/#', 'a/b'];

  it('a topic takes all routes that match, in the order of the rules', () => {
    assert.deepEqual(ranks(filters, 'a/b'), [0, 1, 2, 3, 4, 7]);
    assert.deepEqual(ranks([...filters].reverse(), 'a/b'), [0, 3, 4, 5, 6, 7]);
    assert.deepEqual(ranks(filters, '$SYS/x'), [6]);
  });

  it('a topic without a matching rule has no route', () => {
    assert.deepEqual(ranks(filters, '$other'), []);
    assert.deepEqual(ranks([], 'a'), []);
  });

  it('twelve routes are ordered by number, not by text', () => {
    assert.deepEqual(ranks(Array(12).fill('#'), 'a'), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('a hundred routes that are added in reverse are in the order of the rules', () => {
    const table = new RouteTable(routes(...Array(100).fill('#')).reverse());
    assert.deepEqual(
      table.match('a').map(({ rank }) => rank),
      Array.from({ length: 100 }, (_, rank) => rank),
    );
  });

  it('a match returns the route itself', () => {
    const [route] = routes('a');
    assert.ok(route);
    assert.equal(new RouteTable([route]).match('a')[0], route);
  });

  it('routes are added to those that are there, and removed from them', () => {
    const table = new RouteTable(routes('a/+x', 'a/b'));
    const added = { filter: filterOf('a/+y'), rank: -1 };
    table.add(added);
    assert.deepEqual(
      table.match('a/b').map(({ rank }) => rank),
      [-1, 0, 1],
    );
    assert.deepEqual(table.withFilter(filterOf('a/+')).length, 2);
    table.remove(added);
    assert.equal(table.size, 2);
    assert.deepEqual(
      table.match('a/b').map(({ rank }) => rank),
      [0, 1],
    );
  });
});
