import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { streamPair } from '#src/transport/embedded/stream-pair';

/** All that is read until the other side ends. */
async function readAll(stream: Duplex): Promise<string> {
  let text = '';
  for await (const piece of stream) text += String(piece);
  return text;
}

describe('The pair of streams in memory', () => {
  it('delivers what is written to each side at the other, in order', async () => {
    const [one, two] = streamPair();
    one.write('a');
    one.write('b');
    one.end('c');
    two.end('answer');
    assert.deepEqual(await Promise.all([readAll(two), readAll(one)]), ['abc', 'answer']);
  });

  it('joins the small pieces that are written while the stream is corked', async () => {
    const [one, two] = streamPair();
    one.cork();
    for (const piece of ['head', 'topic', 'payload']) one.write(piece);
    one.uncork();
    const [piece] = await once(two, 'data');
    assert.equal(String(piece), 'headtopicpayload');
  });

  it('does not copy a large piece among small ones', async () => {
    const [one, two] = streamPair();
    const large = Buffer.alloc(100_000, 'x');
    const pieces: Buffer[] = [];
    two.on('data', (piece: Buffer) => pieces.push(piece));
    one.cork();
    for (const piece of [Buffer.from('a'), Buffer.from('b'), large, Buffer.from('c')]) one.write(piece);
    one.uncork();
    one.end();
    await once(two, 'end');
    assert.deepEqual(
      pieces.map(({ length }) => length),
      [2, 100_000, 1],
    );
    assert.equal(pieces[1]?.buffer, large.buffer);
  });

  it('makes the writer wait while nobody reads, and tells it when it may go on', async () => {
    const [one, two] = streamPair();
    const piece = Buffer.alloc(64 * 1024);
    let written = 0;
    while (one.write(piece)) written++;
    assert.ok(written < 10, `${written} pieces were taken although none was read`);
    assert.equal(one.writableNeedDrain, true);
    two.resume();
    await once(one, 'drain');
  });

  it('takes an empty piece without waiting for a reader', async () => {
    const [one] = streamPair();
    await new Promise<void>((resolve, reject) => one.write('', (error) => (error ? reject(error) : resolve())));
  });

  it('ends the side that reads once it has read everything', async () => {
    const [one, two] = streamPair();
    one.end('last words');
    let ended = false;
    two.on('end', () => {
      ended = true;
    });
    const [piece] = await once(two, 'data');
    assert.equal(String(piece), 'last words');
    if (!ended) await once(two, 'end');
  });

  it('closes both sides when one is destroyed, whichever it is', async () => {
    for (const side of [0, 1] as const) {
      const pair = streamPair();
      const other = pair[1 - side] as Duplex;
      const closed = once(other, 'close');
      pair[side].destroy();
      await closed;
      assert.equal(other.destroyed, true);
    }
  });

  it('lets the writer finish when the other side has gone', async () => {
    const [one, two] = streamPair();
    two.destroy();
    const closed = once(one, 'close');
    one.on('error', () => {});
    one.write('nobody reads this');
    one.end();
    await closed;
  });
});
