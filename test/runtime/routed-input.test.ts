// The input of a router whose context store answers late: later than the start of the flows.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import type { Node, NodeAPI } from 'node-red';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { type Done, failed } from '#src/core/errors/result';
import type { RouteControl } from '#src/runtime/router/route-actions';
import { routedInput } from '#src/runtime/router/routed-input';

describe('runtime/router/routed-input', () => {
  it('tells that kept routes could not be read also when the flows have started long ago, and routes what waited', async () => {
    const events = new EventEmitter();
    const RED = { _: (key: string) => key, events } as unknown as NodeAPI;
    const told: unknown[] = [];
    const node = Object.assign(new EventEmitter(), { error: ({ code }: { code: string }) => told.push(code) });
    let answer: (loaded: Done) => void = () => {};
    const control = {
      load: () => new Promise<Done>((resolve) => (answer = resolve)),
      answer: () => undefined,
    } as unknown as RouteControl;
    const routed: unknown[] = [];
    const router = {
      route: (message: object) => {
        routed.push(message);
        return { ok: true, sent: [], taken: [] } as const;
      },
    };
    const status = { changed: () => {}, problem: ({ code }: MqttFlowsError) => told.push(`shown ${code}`) };
    const counter = { count: () => {} } as unknown as Parameters<typeof routedInput>[2]['counter'];
    routedInput(RED, node as unknown as Node, { router, control, counter, status, replies: 0 });
    events.emit('flows:started', {});
    let done = 0;
    node.emit(
      'input',
      { topic: 'a' },
      () => {},
      () => done++,
    );
    assert.deepEqual([routed.length, done], [0, 0]);
    answer(failed(new MqttFlowsError('routes-unreadable', { stage: 'config' })));
    await turn();
    assert.deepEqual([routed.length, done, told], [1, 1, ['shown routes-unreadable', 'routes-unreadable']]);
  });
});
