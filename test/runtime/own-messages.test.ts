// What a publish node sends by itself while a value cannot be found.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';
import type { Connection } from '#src/connection/connection';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import type { Settled } from '#src/core/publications/publish-options';
import type { FindOutside } from '#src/runtime/publish/outside-values';
import { sendOwnMessages } from '#src/runtime/publish/own-messages';
import { ConnectionBench } from '../connection/connection-bench';

interface Sending {
  readonly bench: ConnectionBench;
  readonly errors: readonly string[];
  readonly finds: readonly Parameters<FindOutside>[1][];
  readonly failing: readonly boolean[];
  /** How many messages have been handed to the connection. */
  readonly published: () => number;
  close(): void;
}

/** A node that sends a message each minute, once the store has answered. */
async function sending(): Promise<Sending> {
  const bench = new ConnectionBench();
  const events = new EventEmitter();
  const errors: string[] = [];
  const node = Object.assign(new EventEmitter(), {
    id: 'pub',
    error: (error: Error) => errors.push(error.message),
    send() {},
  });
  const RED = {
    events,
    util: { generateId: () => 'id' },
    _: (_key: string, { detail }: { detail?: string }) => detail ?? '',
  } as unknown as NodeAPI;
  const finds: Parameters<FindOutside>[1][] = [];
  const failing: boolean[] = [];
  let published = 0;
  const own = {
    plan: { atConnection: false, interval: 60 },
    connection: {
      watch: (changed: Parameters<Connection['watch']>[0]) => bench.connection.watch(changed),
      publish: (_publication: unknown, settled: Settled) => {
        published++;
        settled({ ok: true, reasonCode: 0 });
      },
    } as unknown as Connection,
    find: (_message, use) => void finds.push(use),
    build: () => {
      const publication = { topic: 't', payload: Buffer.of(), qos: 0, retain: false } as const;
      return { ok: true, publication, whileOffline: 'wait' } as const;
    },
    failing: (is) => void failing.push(is),
  } as const satisfies Parameters<typeof sendOwnMessages>[2];
  sendOwnMessages(RED, node as unknown as Node, own, bench.clock);
  events.emit('flows:started', {});
  await Promise.resolve();
  bench.connected();
  return { bench, errors, finds, failing, published: () => published, close: () => void node.emit('close') };
}

describe('a message that a publish node sends by itself', () => {
  const failed = (detail: string) =>
    ({ ok: false, error: new MqttFlowsError('value-unavailable', { stage: 'publish', params: { detail } }) }) as const;

  it('that cannot be made is told once for the same reason, shown as long as it is so, and tried again at its time', async () => {
    const { bench, errors, finds, failing, close } = await sending();
    bench.clock.advance(60_000);
    // The store owes an answer: nothing more is asked.
    bench.clock.advance(120_000);
    assert.equal(finds.length, 1);
    finds[0]?.(failed('no answer'));
    for (let count = 1; count <= 3; count++) {
      bench.clock.advance(60_000);
      finds[count]?.(failed('no answer'));
    }
    assert.deepEqual([finds.length, errors, failing], [4, ['no answer'], [true, true, true, true]]);
    bench.clock.advance(60_000);
    finds[4]?.(failed('disk gone'));
    bench.clock.advance(60_000);
    finds[5]?.({ ok: true, config: [] });
    bench.clock.advance(60_000);
    finds[6]?.(failed('disk gone'));
    assert.deepEqual(errors, ['no answer', 'disk gone', 'disk gone']);
    assert.deepEqual(failing.slice(4), [true, false, true]);
    close();
  });

  it('is not sent where the store answers after the node was replaced', async () => {
    const { bench, finds, published, close } = await sending();
    bench.clock.advance(60_000);
    finds[0]?.({ ok: true, config: [] });
    assert.equal(published(), 1);
    bench.clock.advance(60_000);
    close();
    finds[1]?.({ ok: true, config: [] });
    assert.deepEqual([finds.length, published()], [2, 1]);
  });
});
