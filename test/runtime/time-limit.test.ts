// Work with a time limit: that the limit comes whatever happens to memory, and leaves nothing behind.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { withTimeLimit } from '#src/runtime/admin/time-limit';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function aborted(signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve('stopped'), { once: true }));
}

describe('Work with a time limit', () => {
  it('is told to stop, though memory is collected meanwhile', async () => {
    const work = withTimeLimit(200, new AbortController().signal, aborted);
    // Between turns, when nothing on the stack holds a signal.
    const collecting = setInterval(collectGarbage, 10);
    assert.equal(await work, 'stopped');
    clearInterval(collecting);
  });

  it('is told to stop when the asker goes away', async () => {
    const asker = new AbortController();
    const work = withTimeLimit(60_000, asker.signal, aborted);
    asker.abort();
    assert.equal(await work, 'stopped');
  });

  it('is told at once when the asker is gone already', async () => {
    const result = await withTimeLimit(60_000, AbortSignal.abort(), async (signal) => signal.aborted);
    assert.equal(result, true);
  });

  it('leaves no timer and no listener when it ends by itself, well or badly', async () => {
    const asker = new AbortController();
    let given: AbortSignal | undefined;
    await assert.rejects(
      withTimeLimit(20, asker.signal, async (signal) => {
        given = signal;
        throw new Error('no');
      }),
      /no/,
    );
    asker.abort();
    await delay(40);
    assert.equal(given?.aborted, false);
  });
});
