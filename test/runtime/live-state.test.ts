// The state of a node as time passes and the connection comes and goes.

import assert from 'node:assert/strict';
import type { NodeAPI, NodeMessage } from 'node-red';
import { parseTopicFilter } from '#src/core/topics/topic-filter';
import { LiveState } from '#src/runtime/state/live-state';
import { parseStateConfig, stateDefaults, stateRowDefaults } from '#src/settings/state.config';
import { FakeClock } from '../helpers/fakes/fake-clock';

describe('A live state', () => {
  let clock: FakeClock;
  let live: LiveState;
  let told: string[];

  beforeEach(() => {
    clock = new FakeClock();
    told = [];
    live = started();
  });

  /** A state whose topics are silent after 10 s. */
  function started(silence: 'time' | 'none' = 'time'): LiveState {
    const subscriptions = [{ ...stateRowDefaults, filter: 'room/+', silence, silentAfter: 10 }];
    const parsed = parseStateConfig({ ...stateDefaults, subscriptions });
    assert.ok(parsed.ok);
    // Numbers need no copy.
    const RED = {} as NodeAPI;
    const made = new LiveState(RED, parsed.config, clock, {
      changed: () => {},
      silence: (message) => told.push(line(message as NodeMessage & Record<string, unknown>)),
      touched: () => {},
    });
    const filter = parseTopicFilter('room/+');
    assert.ok(filter.ok);
    made.setRows([filter.filter], true);
    return made;
  }

  function line({ topic, silent, connected }: NodeMessage & Record<string, unknown>): string {
    return topic === undefined ? `connected ${connected}` : `${topic} silent ${silent}`;
  }

  function take(topic: string, payload: number): void {
    live.take({ topic, value: { payload, retain: false }, compared: payload, replayed: false });
  }

  it('calls nobody silent while the connection is down, and gives all their whole time afterwards', () => {
    live.connection('up');
    take('room/hall', 20);
    clock.advance(9000);
    live.connection('down', 'no reason');
    clock.advance(3_600_000);
    live.connection('unknown');
    live.connection('down', 'no reason');
    assert.deepEqual(told, ['connected false']);
    live.connection('unknown');
    live.connection('up');
    clock.advance(9999);
    assert.deepEqual(told, ['connected false', 'connected true']);
    clock.advance(1);
    assert.deepEqual(told.slice(2), ['room/hall silent true']);
    take('room/hall', 20);
    assert.deepEqual(told.slice(3), ['room/hall silent false']);
  });

  it('goes on with an outage that an earlier instance has told', () => {
    live.connection('down', 'no reason');
    const { downSince } = live;
    assert.equal(downSince, clock.wall());
    live.close();
    live = started();
    live.restoreDown(downSince ?? 0);
    live.connection('unknown');
    live.connection('down', 'no reason');
    live.connection('up');
    assert.deepEqual(told, ['connected false', 'connected true']);
  });

  it('forgets an outage when a deploy takes the rules of silence away', () => {
    live.connection('down', 'no reason');
    const { downSince } = live;
    live = started('none');
    live.restoreDown(downSince ?? 0);
    live.connection('up');
    assert.equal(live.downSince, undefined);
    assert.deepEqual(told, ['connected false']);
  });
});
