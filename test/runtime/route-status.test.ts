// The badge of a router node that takes routes from messages.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Node, NodeAPI, NodeStatus } from 'node-red';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { routeStatus } from '#src/runtime/router/route-status';
import { FakeClock } from '../helpers/fakes/fake-clock';

describe('runtime/route status', () => {
  function bench(): {
    shown: (string | undefined)[];
    routes: { count: number };
    clock: FakeClock;
    node: EventEmitter;
    status: ReturnType<typeof routeStatus>;
  } {
    const shown: (string | undefined)[] = [];
    const routes = { count: 0 };
    const clock = new FakeClock();
    const node = Object.assign(new EventEmitter(), { status: ({ text }: NodeStatus) => shown.push(text) });
    const text = (key: string, { count }: { count?: number }): string => `${key.replace(/^.*\./, '')} ${count}`;
    // They use nothing else of Node-RED.
    const RED = { _: text } as unknown as NodeAPI;
    const status = routeStatus(RED, node as unknown as Node, () => routes.count, clock);
    return { shown, routes, clock, node, status };
  }

  it('shows the number of routes, at once and then at a pace, and the last number in the end', () => {
    const { shown, routes, clock, status } = bench();
    for (let count = 0; count < 1000; count++) {
      routes.count = count;
      status.changed();
    }
    assert.deepEqual(shown, ['routes 0']);
    clock.advance(1000);
    assert.deepEqual(shown, ['routes 0', 'routes 999']);
    clock.advance(10_000);
    routes.count = 3;
    status.changed();
    assert.deepEqual(shown, ['routes 0', 'routes 999', 'routes 3']);
  });

  it('is taken away when the node is closed, and nothing more is shown', () => {
    const { shown, routes, clock, node, status } = bench();
    status.changed();
    routes.count = 1;
    status.changed();
    node.emit('close');
    clock.advance(10_000);
    // The store may answer late.
    status.problem(new MqttFlowsError('routes-unreadable', { stage: 'config' }));
    assert.deepEqual(shown, ['routes 0', undefined]);
  });

  it('shows that kept routes could not be read until routes are set', () => {
    const { shown, routes, status } = bench();
    status.problem(new MqttFlowsError('route-invalid', { stage: 'config' }));
    assert.match(shown[0] ?? '', /status\.routes-unreadable$/);
    routes.count = 1;
    status.changed();
    assert.equal(shown[1], 'routes 1');
  });
});
