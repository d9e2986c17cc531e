// A node that closes slowly, like some that wait for a device. The time passes on its own clock.

import { mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Node, NodeAPI } from 'node-red';
import type { FlowNode } from './flow-harness';

/** Put it first in a flow, because it also controls the timers that other nodes set while they close. */
export const slowClosingNode: FlowNode = { id: 'slow', type: 'test-slow-closing', wires: [] };

/** `'for ever'` ends when Node-RED gives up waiting, after 15 s. */
export const CLOSING_TIMES = ['8 s', 'for ever'] as const;

export class SlowClosing {
  #close: ((done: () => void) => void) | undefined;

  readonly register = (RED: NodeAPI): void => {
    const closed = (done: () => void): void => (this.#close ? this.#close(done) : done());
    RED.nodes.registerType('test-slow-closing', function construct(this: Node, definition) {
      RED.nodes.createNode(this, definition);
      this.on('close', (_removed: boolean, done: () => void) => closed(done));
    });
  };

  /** Runs `deploy`, during which this node takes `time` to close. */
  async during(time: (typeof CLOSING_TIMES)[number], deploy: () => Promise<void>): Promise<void> {
    const closing = new Promise<() => void>((resolve) => {
      this.#close = (done) => {
        mock.timers.enable({ apis: ['setTimeout'] });
        resolve(done);
      };
    });
    const deployed = deploy();
    const done = await closing;
    this.#close = undefined;
    // All other nodes begin to close in this turn of the event loop.
    await setImmediate();
    mock.timers.tick(time === '8 s' ? 8000 : 15_000);
    await setImmediate();
    mock.timers.reset();
    if (time === '8 s') done();
    await deployed;
  }
}
