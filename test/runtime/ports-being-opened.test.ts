// Clients of ports that brokers in this Node-RED are opening: who waits, and for how long.

import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { openingPorts, portOpened } from '#src/runtime/client/ports-being-opened';
import { FakeClock } from '../helpers/fakes/fake-clock';

describe('runtime/client/ports-being-opened', () => {
  /** No port can have this number: other tests open real ones. */
  const PORT = 70_000;

  it('hold up clients of this machine and of that port, until they are open or cannot be', async () => {
    const clock = new FakeClock();
    const tries: (() => void)[] = [];
    const tried = (): Promise<void> => new Promise((_resolve, reject) => tries.push(() => reject(new Error('in use'))));
    openingPorts([PORT], tried());
    openingPorts([PORT, PORT + 1], tried());
    const own = ['localhost', '127.0.0.1', '::1', hostname()].map((host) => portOpened(host, PORT, clock));
    assert.ok(own.every((waiting) => waiting !== undefined));
    assert.deepEqual(
      [portOpened('192.0.2.1', PORT, clock), portOpened('localhost', PORT + 2, clock)],
      [undefined, undefined],
    );
    for (const end of tries) end();
    await Promise.all(own);
    assert.deepEqual([portOpened('localhost', PORT, clock), clock.pending], [undefined, 0]);
  });

  it('hold up nobody for more than 5 s', async () => {
    const clock = new FakeClock();
    let end = (): void => {};
    openingPorts([PORT], new Promise<void>((resolve) => (end = resolve)));
    const waiting = portOpened('localhost', PORT, clock);
    clock.advance(5000);
    await waiting;
    end();
  });
});
