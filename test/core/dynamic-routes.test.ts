// Routes that come and go while the flow runs: whole batches or nothing, in order, in any number.

import assert from 'node:assert/strict';
import { DONE } from '#src/core/errors/result';
import { DynamicRoutes } from '#src/core/routes/dynamic-routes';
import type { Route } from '#src/core/routes/route';
import { RouteTable } from '#src/core/routes/route-table';
import { filterOf } from './parsed';

/** Two rules, `rule/#` and `+x/rule`, and the output of routes from messages after them. */
function tables(): { table: RouteTable<Route>; routes: DynamicRoutes } {
  const rules = ['rule/#', '+x/rule'];
  const table = new RouteTable<Route>(
    rules.map((filter, rank) => ({
      filter: filterOf(filter),
      rank,
      output: rank,
      topic: undefined,
      data: undefined,
      test: undefined,
    })),
  );
  return { table, routes: new DynamicRoutes(table, { rules, unnamed: 2 }) };
}

function taken(table: RouteTable<Route>, topic: string): [filter: string, output: number][] {
  return table.match(topic).map(({ filter, output }) => [filter.text, output]);
}

describe('core/routes/dynamic-routes', () => {
  it('routes go to the output for routes, or to one named by number or by the filter of its rule', () => {
    const { table, routes } = tables();
    const list = [{ filter: 'a/+' }, { filter: 'a/+b', output: 1 }, { filter: 'a/#', output: '+x/rule' }, 'a/b'];
    assert.deepEqual(routes.add(list), DONE);
    assert.deepEqual(taken(table, 'a/b'), [
      ['a/+', 2],
      ['a/+b', 0],
      ['a/#', 1],
      ['a/b', 2],
    ]);
    assert.equal(routes.size, 4);
  });

  it('routes come after the rules, in the order in which they were added', () => {
    const { table, routes } = tables();
    routes.add(['#z', 'rule/rule', '#a']);
    assert.deepEqual(
      taken(table, 'rule/rule').map(([filter]) => filter),
      ['rule/#', '+x/rule', '#z', 'rule/rule', '#a'],
    );
  });

  it('a route that exists is replaced, and keeps its place', () => {
    const { table, routes } = tables();
    routes.add([{ filter: 'a', data: 1 }, 'a/#', { filter: 'a', output: 1, data: 'other output' }]);
    routes.add({ filter: 'a', data: 2 });
    assert.deepEqual(
      table.match('a').map(({ data }) => data),
      [2, undefined, 'other output'],
    );
  });

  it('an id distinguishes routes that are otherwise the same', () => {
    const { table, routes } = tables();
    routes.add([
      { id: 'one', filter: 'a', data: 1 },
      { id: 'two', filter: 'a', data: 2 },
    ]);
    routes.add({ id: 'one', filter: 'b' });
    assert.deepEqual(
      table.match('a').map(({ data }) => data),
      [2],
    );
    routes.remove({ id: 'two' });
    assert.deepEqual(taken(table, 'a'), []);
    assert.deepEqual(taken(table, 'b'), [['b', 2]]);
  });

  it('routes are removed from an output that is named by number or by the filter of its rule, however they were added', () => {
    const { routes } = tables();
    routes.add([{ filter: 'a', output: 1 }, { filter: 'b', output: '+x/rule' }, 'c', { filter: 'd', output: 3 }]);
    routes.remove([
      { filter: 'a', output: 2 },
      { filter: 'b', output: 7 },
      { filter: 'c', output: 'rule/#' },
    ]);
    assert.equal(routes.size, 4);
    routes.remove([
      { filter: 'a', output: 'rule/#' },
      { filter: 'b', output: 2 },
      { filter: 'c', output: 3 },
      { filter: 'd', output: null },
    ]);
    assert.deepEqual(routes.list(), []);
  });

  it('routes are removed by filter, or by filter and output; rules stay', () => {
    const { table, routes } = tables();
    const all = ['rule/#', { filter: 'rule/#', output: 1 }, 'rule/#other'];
    routes.add(all);
    routes.remove([{ filter: 'rule/#', output: 1 }]);
    assert.deepEqual(taken(table, 'rule/1'), [
      ['rule/#', 0],
      ['rule/#', 2],
      ['rule/#other', 2],
    ]);
    assert.deepEqual(routes.remove(['rule/#', 'never/there']), DONE);
    assert.deepEqual(taken(table, 'rule/1'), [
      ['rule/#', 0],
      ['rule/#other', 2],
    ]);
  });

  it('removing a route with an unknown id is no error', () => {
    const { routes } = tables();
    routes.add([{ id: 'one', filter: 'a' }]);
    assert.deepEqual(routes.remove([{ id: 'two' }, { id: 'one' }]), DONE);
    assert.equal(routes.size, 0);
  });

  it('wildcards capture values, whatever the number of different names', () => {
    const { table, routes } = tables();
    const filters = Array.from({ length: 2500 }, (_, index) => `route/${index}/+name${index}`);
    routes.add(filters);
    for (const index of [0, 2499]) {
      const [route] = table.match(`route/${index}/x`);
      assert.deepEqual(route?.filter.captures, [{ name: `name${index}`, level: 2, rest: false }]);
    }
  });

  it('setting routes replaces all routes', () => {
    const { table, routes } = tables();
    routes.add(['a', 'b']);
    routes.replace(['b', { filter: 'c', topic: 'x/{{payload}}', data: { n: 1 } }]);
    assert.deepEqual(routes.list(), [{ filter: 'b' }, { filter: 'c', topic: 'x/{{payload}}', data: { n: 1 } }]);
    assert.deepEqual(taken(table, 'a'), []);
    routes.replace([]);
    assert.equal(table.size, 2);
  });

  it('what was listed can be set again', () => {
    const { routes } = tables();
    const list = [{ id: 7, filter: 'a/+x', output: 'rule/#', topic: 'y', data: [1] }, { filter: 'b' }];
    routes.add(list);
    assert.deepEqual(routes.list(), list);
    assert.deepEqual(routes.replace(routes.list()), DONE);
    assert.deepEqual(routes.list(), list);
  });

  describe('a bad route', () => {
    for (const [what, entry, code] of [
      ['an invalid filter', { filter: 'a/#/b' }, 'route-invalid'],
      ['no filter', {}, 'route-invalid'],
      ['a number', 7, 'route-invalid'],
      ['nothing', null, 'route-invalid'],
      ['a template that is not closed', { filter: 'a', topic: 'x/{{y' }, 'route-invalid'],
      ['a new topic with a wildcard', { filter: 'a', topic: 'x/#' }, 'route-invalid'],
      ['a new topic that is a number', { filter: 'a', topic: 7 }, 'route-invalid'],
      ['an output that is not there', { filter: 'a', output: 4 }, 'route-output-unknown'],
      ['output 0', { filter: 'a', output: 0 }, 'route-output-unknown'],
      ['half an output', { filter: 'a', output: 1.5 }, 'route-output-unknown'],
      ['an output that is an object', { filter: 'a', output: {} }, 'route-output-unknown'],
      ['an output that no rule has', { filter: 'a', output: 'rule/+' }, 'route-output-unknown'],
    ] as const) {
      it(`is reported with its index, and nothing of the batch is applied: ${what}`, () => {
        const { table, routes } = tables();
        routes.add('there');
        for (const change of [routes.add(['new', 'b', entry]), routes.replace(['new', 'b', entry])]) {
          assert.ok(!change.ok);
          assert.equal(change.error.code, code);
          assert.equal(change.error.params.index, 2);
        }
        assert.deepEqual(routes.list(), [{ filter: 'there' }]);
        assert.equal(table.size, 3);
      });
    }

    it('in a list to remove removes none', () => {
      const { routes } = tables();
      routes.add(['a', 'b']);
      const change = routes.remove(['a', 'b/#/c']);
      assert.equal(change.ok ? undefined : change.error.params.index, 1);
      assert.equal(routes.size, 2);
    });

    for (const list of [undefined, null, 7, true]) {
      it(`is reported for the whole list if it is ${list}`, () => {
        const { routes } = tables();
        for (const change of [routes.add(list), routes.replace(list), routes.remove(list)]) {
          assert.equal(change.ok ? undefined : change.error.code, 'routes-invalid');
        }
      });
    }
  });

  it('the index of 100,000 routes is not rebuilt when one of them changes', () => {
    const { table, routes } = tables();
    const filterAt = (index: number): string => `plant/line${index % 100}/machine${index}/#rest`;
    assert.deepEqual(
      routes.add(Array.from({ length: 100_000 }, (_, index) => ({ filter: filterAt(index), data: index }))),
      DONE,
    );
    const before = table.match('plant/line7/machine99907/state')[0];
    assert.equal(before?.data, 99_907);
    routes.remove(filterAt(5));
    routes.add({ filter: filterAt(6), data: 'changed' });
    assert.equal(routes.size, 99_999);
    assert.equal(table.match('plant/line6/machine6/x')[0]?.data, 'changed');
    assert.deepEqual(table.match('plant/line5/machine5/x'), []);
    // The same object: routes that are not named are not created again.
    assert.equal(table.match('plant/line7/machine99907/state')[0], before);
  });
});
