// Which topic filter a connection blames when the server hangs up after SUBSCRIBE.

import assert from 'node:assert/strict';
import { FORBIDDEN_FOR, ForbiddenFilters } from '#src/connection/subscriptions/forbidden-filters';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import type { WireFilter } from '#src/core/topics/topic-filter';
import { filterOf } from '../core/parsed';
import { generator } from '../core/random';
import { failure } from './publications';

const [a, b] = ['a', 'b'].map((text) => filterOf(text).wire) as [WireFilter, WireFilter];
const told = (reasonCode: number) =>
  new MqttFlowsError('disconnected-by-server', { stage: 'connected', reasonCode, params: {} });

/** A connection over which `filters` are asked for, and that ends `after` ms later without an answer. */
function end(
  filters: ForbiddenFilters,
  asked: readonly WireFilter[],
  error = failure(),
  quiet = true,
  after = 10,
): boolean {
  for (const filter of asked) filters.asked(filter, 0);
  return filters.ended(error, quiet, after);
}

describe('forbidden filters', () => {
  it('are searched one by one once a connection has ended over several', () => {
    const filters = new ForbiddenFilters();
    assert.equal(end(filters, [a, b], told(0x87), false), true);
    assert.deepEqual([filters.searching, filters.isSuspect(a), filters.isSuspect(b)], [true, true, true]);
    filters.asked(a, 0);
    assert.equal(filters.mayAsk(b), false);
    filters.answered(a);
    assert.deepEqual([filters.isSuspect(a), filters.mayAsk(b)], [false, true]);
    end(filters, [b], told(0x87));
    assert.equal(filters.problem(b, 0)?.code, 'subscription-ends-connection');
    assert.deepEqual(filters.problem(b, 0)?.params.filter, 'b');
    assert.equal(filters.searching, false);
  });

  it('take three ends in a row where the server says nothing', () => {
    const filters = new ForbiddenFilters();
    for (let ends = 1; ends <= 3; ends++) {
      assert.equal(filters.problem(a, 0), undefined);
      end(filters, [a]);
    }
    assert.ok(filters.problem(a, 0));
  });

  it('are not suspected when publications were in flight, or when the connection ends a while after SUBSCRIBE', () => {
    const filters = new ForbiddenFilters();
    for (let ends = 0; ends < 5; ends++) end(filters, [a], failure(), false);
    assert.equal(filters.problem(a, 0), undefined);
    assert.equal(end(filters, [a], failure(), true, 5000), false);
    assert.equal(end(filters, [a], told(0x8b)), false);
    assert.equal(end(filters, [a], failure('keepalive-timeout')), false);
    assert.equal(filters.problem(a, 0), undefined);
  });

  it('are known at once when the reason code allows no other cause', () => {
    const filters = new ForbiddenFilters();
    end(filters, [a], told(0xa2), false);
    assert.equal(filters.problem(a, 0)?.reasonCode, 0xa2);
  });

  it('are tried again, alone, after an hour or for a new subscriber', () => {
    const filters = new ForbiddenFilters();
    end(filters, [a], told(0x8f));
    assert.ok(filters.problem(a, FORBIDDEN_FOR));
    assert.equal(filters.problem(a, FORBIDDEN_FOR + 10), undefined);
    assert.equal(filters.isSuspect(a), true);
    end(filters, [a], told(0x8f));
    assert.equal(filters.retry(a), true);
    assert.equal(filters.problem(a, 0), undefined);
  });

  it('are wrongly found in fewer than one of 1,000 losses on a network that cuts one SUBSCRIBE in ten', () => {
    const random = generator(7);
    let blamed = 0;
    let ends = 0;
    while (ends < 20_000) {
      const filters = new ForbiddenFilters();
      filters.asked(a, 0);
      while (random() < 0.1) {
        ends++;
        filters.ended(failure(), filters.searching, 10);
        if (filters.problem(a, 0)) break;
        filters.asked(a, 0);
      }
      if (filters.problem(a, 0)) blamed++;
    }
    assert.ok(blamed < 20, `${blamed} of ${ends}`);
  });
});
