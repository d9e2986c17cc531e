// What the windows of a connection keep over its loss: what the server sends again is dropped, the rest stays.

import assert from 'node:assert/strict';
import type { DeliveryWindow } from '#src/connection/acknowledgement/delivery-window';
import { DeliveryWindows } from '#src/connection/acknowledgement/delivery-windows';
import { SharedReceipt } from '#src/connection/acknowledgement/shared-receipt';
import { parseTopicFilter } from '#src/core/topics/topic-filter';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { serverInfo } from '../helpers/fakes/fake-transport';
import { RecordedReceipt } from '../helpers/fakes/recorded-receipt';
import { incoming } from './publications';

const parsed = parseTopicFilter('#');
assert.ok(parsed.ok);
const { filter } = parsed;

/** A window with room for one, which has handed over "a" at QoS 1 and lets "b" wait. */
function withOneWaiting(windows: DeliveryWindows): { handed: string[]; done(): void } {
  const handed: string[] = [];
  let done: () => void = () => assert.fail('nothing has been handed over');
  const window: DeliveryWindow = windows.open();
  window.open({
    limit: 1,
    timeout: 0,
    hand({ publication }, settle) {
      handed.push(publication.topic);
      done = () => void settle?.({ kind: 'acknowledged' });
      return undefined;
    },
    expired: () => ({ kind: 'abandoned' }),
    changed: () => {},
    failuresFillWindow: () => assert.fail('no delivery has failed'),
  });
  windows.follow({ kind: 'connected', info: serverInfo(), server: 'one' });
  for (const topic of ['a', 'b']) {
    const shared = new SharedReceipt(new RecordedReceipt());
    window.take({ publication: incoming(topic, [], { qos: 1 }), filter, qos: 1 }, shared);
    shared.delivered();
  }
  return { handed, done: () => done() };
}

function reconnect(windows: DeliveryWindows, server: string, sessionPresent: boolean): void {
  windows.follow({ kind: 'connecting', stage: 'tcp', attempt: 1, server });
  windows.follow({ kind: 'connected', info: serverInfo({ sessionPresent }), server });
}

describe('Windows of a connection', () => {
  for (const [what, server, sessionPresent, after] of [
    ['drop what waits when the session continues at the same server', 'one', true, []],
    ['keep what waits when the server has lost the session', 'one', false, ['b']],
    ['keep what waits when another server has a session', 'two', true, ['b']],
  ] as const) {
    it(what, () => {
      const windows = new DeliveryWindows(new FakeClock());
      const { handed, done } = withOneWaiting(windows);
      reconnect(windows, server, sessionPresent);
      assert.deepEqual(handed, ['a']);
      done();
      assert.deepEqual(handed, ['a', ...after]);
    });
  }

  it('keep what waits from a lost session when the one after it continues', () => {
    const windows = new DeliveryWindows(new FakeClock());
    const { handed, done } = withOneWaiting(windows);
    reconnect(windows, 'one', false);
    reconnect(windows, 'one', true);
    done();
    assert.deepEqual(handed, ['a', 'b']);
  });
});
