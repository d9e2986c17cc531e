// Waiting for a slow reader leaves nothing behind.

import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { roomIn } from '#src/runtime/sidebar/room-in';

describe('runtime/sidebar/room-in', () => {
  const listeners = (stream: PassThrough): number[] => ['drain', 'close'].map((name) => stream.listenerCount(name));

  it('waits until there is room, as often as there is none, and leaves no listeners', async () => {
    const stream = new PassThrough({ highWaterMark: 1 });
    const before = listeners(stream);
    for (let i = 0; i < 20; i++) {
      assert.equal(stream.write('xx'), false);
      const room = roomIn(stream);
      stream.read();
      await room;
      assert.equal(stream.writableNeedDrain, false);
    }
    assert.deepEqual(listeners(stream), before);
  });

  it('stops waiting for a reader that has closed', async () => {
    const stream = new PassThrough({ highWaterMark: 1 });
    stream.write('xx');
    const before = listeners(stream);
    const room = roomIn(stream);
    stream.destroy();
    await room;
    assert.deepEqual(listeners(stream), before);
  });
});
