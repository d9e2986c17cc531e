// A message that is prepared later than its delivery comes, as with an expression: when it is acknowledged, and what happens
// when it takes too long.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { Acknowledging, PreparedMessage } from '#src/runtime/acknowledgement/acknowledgement';
import { acknowledging } from '#src/runtime/acknowledgement/acknowledging';
import { settleReceipt } from '#src/runtime/acknowledgement/open-receipts';
import { ConnectionBench } from '../connection/connection-bench';
import { incoming } from '../connection/publications';
import { filterOf } from '../core/parsed';
import { RecordedReceipt } from '../helpers/fakes/recorded-receipt';

const nothing = (): void => {};

/** A subscribe node whose messages are prepared when the test says so. */
class Bench {
  readonly connection = new ConnectionBench();
  readonly sent: NodeMessage[] = [];
  readonly prepared: ((message: PreparedMessage) => void)[] = [];
  readonly acknowledgement: Acknowledging;
  errors = 0;

  constructor(acknowledge: 'receipt' | 'manual') {
    const node = { id: 'sub', send: (message: NodeMessage) => this.sent.push(message), error: () => this.errors++ };
    const RED = {
      _: (key: string) => key,
      events: new EventEmitter(),
      nodes: { getNode: () => node },
    } as unknown as NodeAPI;
    this.acknowledgement = acknowledging({
      RED,
      node: node as unknown as Node,
      connection: this.connection.connection,
      settings: { acknowledge, maxInFlight: 10, acknowledgeTimeout: 60, onError: 'refuse' },
      prepare: () => new Promise((resolve) => this.prepared.push(resolve)),
      show: nothing,
    });
    this.connection.connection.subscribe({
      subscriptions: [{ filter: filterOf('#'), qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 }],
      window: this.acknowledgement.window,
      deliver: this.acknowledgement.deliver,
      stateChanged: nothing,
    });
    this.connection.connected().subscribed[0]?.answer({ kind: 'granted', qos: 1 });
  }

  receive(): RecordedReceipt {
    const receipt = new RecordedReceipt();
    this.connection.transport.message(incoming('t', [], { qos: 1 }), receipt);
    return receipt;
  }

  async finish(message: Partial<PreparedMessage> = {}): Promise<void> {
    const id = `late ${this.sent.length}`;
    this.prepared.shift()?.({ message: { _msgid: id, payload: 1 }, raw: Buffer.of(), decoded: true, ...message });
    await turn();
    // What was sent in a turn is acknowledged at its end.
    await turn();
  }
}

describe('a message that is prepared later', () => {
  it('is acknowledged when it has been handed over, not before', async () => {
    const bench = new Bench('receipt');
    const receipt = bench.receive();
    await turn();
    assert.deepEqual([receipt.given, bench.sent.length], [[], 0]);
    await bench.finish();
    assert.deepEqual([receipt.given, bench.sent.length], [['acknowledged 0'], 1]);
  });

  for (const acknowledge of ['receipt', 'manual'] as const) {
    it(`${acknowledge}: one that is dropped then is acknowledged, and goes nowhere`, async () => {
      const bench = new Bench(acknowledge);
      const receipt = bench.receive();
      await bench.finish({ dropped: true });
      assert.deepEqual([receipt.given, bench.sent.length], [['acknowledged 0'], 0]);
    });
  }

  it('is settled by an acknowledge node as others are', async () => {
    const bench = new Bench('manual');
    const receipt = bench.receive();
    await bench.finish();
    assert.deepEqual([receipt.given, bench.sent.length], [[], 1]);
    settleReceipt('late 0', { kind: 'acknowledged' });
    assert.deepEqual(receipt.given, ['acknowledged 0']);
  });

  it('fails by the time limit, and does not reach the flow after that', async () => {
    const bench = new Bench('manual');
    const receipt = bench.receive();
    bench.connection.clock.advance(60_000);
    assert.deepEqual([receipt.given.length, bench.errors], [1, 1]);
    await bench.finish();
    assert.equal(bench.sent.length, 0);
  });
});
