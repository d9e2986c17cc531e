// The memory of messages that a subscribe node acknowledges later. It is free once the server has its answer, even if a
// node of the flow is never done with the message, or no acknowledge node ever gets it.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { dirname } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { DeliveryWindow } from '#src/connection/acknowledgement/delivery-window';
import type { Acknowledging, AcknowledgingNode } from '#src/runtime/acknowledgement/acknowledgement';
import { acknowledging } from '#src/runtime/acknowledgement/acknowledging';
import { settleReceipt } from '#src/runtime/acknowledgement/open-receipts';
import type { AcknowledgementSettings } from '#src/settings/subscribe.config';
import { ConnectionBench, promisesKept } from '../connection/connection-bench';
import { incoming } from '../connection/publications';
import { filterOf } from '../core/parsed';
import { RecordedReceipt } from '../helpers/fakes/recorded-receipt';
import { nodeRedScript } from '../helpers/package/environment';
import { heapInUse } from '../helpers/process/heap';

/** The messaging hooks of Node-RED. */
const {
  hooks: nodeRedHooks,
}: { hooks: NodeAPI['hooks'] & { trigger(name: string, event: object, done: () => void): void } } = require(
  require.resolve('@node-red/util', { paths: [dirname(nodeRedScript)] }),
);

/** A copy: flowCompletion() keeps one instance for each object, and Node-REDs of other tests must not get ours. */
const hooks = { ...nodeRedHooks };

const COUNT = 3000;
const BYTES = 4000;
/** bytes; all payloads together are 12 MB. */
const LITTLE = 2_000_000;
const nothing = (): void => {};

/** A subscribe node on a connection, and a node that takes its messages and is never done with them. */
class Bench {
  readonly connection = new ConnectionBench();
  readonly ids: string[] = [];
  readonly given: RecordedReceipt[] = [];
  /** The number of errors that the node has reported. */
  errors = 0;
  acknowledgement: Acknowledging;
  readonly #to: AcknowledgingNode;
  readonly #events = new EventEmitter();
  readonly #node: Node;

  constructor(settings: Partial<AcknowledgementSettings>) {
    const never = Object.assign(new EventEmitter(), { id: 'never', _inputCallback: nothing, _expectedDoneCount: 1 });
    const send = (msg: NodeMessage): void => {
      hooks.trigger('preDeliver', { msg, source: { node: this.#node }, destination: { node: never } }, nothing);
      hooks.trigger('onReceive', { msg, destination: { node: never } }, nothing);
    };
    const error = (): number => this.errors++;
    this.#node = Object.assign(new EventEmitter(), { id: 'sub', send, error }) as unknown as Node;
    const RED = {
      _: (key: string) => key,
      hooks,
      log: { addHandler: nothing, removeHandler: nothing },
      nodes: { getNode: () => never },
      events: this.#events,
    } as unknown as NodeAPI;
    this.#to = {
      RED,
      node: this.#node,
      connection: this.connection.connection,
      settings: { acknowledge: 'manual', maxInFlight: COUNT, acknowledgeTimeout: 60, onError: 'refuse', ...settings },
      prepare: ({ publication: { topic, payload } }) => {
        const id = `${topic} ${this.ids.length}`;
        this.ids.push(id);
        // Text, which is on the measured heap.
        return { message: { _msgid: id, payload: payload.toString('latin1') }, raw: payload, decoded: true };
      },
      show: nothing,
    };
    this.acknowledgement = acknowledging(this.#to);
    this.connection.connection.subscribe({
      subscriptions: [{ filter: filterOf('#'), qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 }],
      window: this.acknowledgement.window,
      deliver: this.acknowledgement.deliver,
      stateChanged: nothing,
    });
    this.connection.connected().subscribed[0]?.answer({ kind: 'granted', qos: 1 });
  }

  receive(count: number): void {
    for (let index = 0; index < count; index++) {
      const receipt = new RecordedReceipt();
      this.given.push(receipt);
      const payload = Buffer.alloc(BYTES, index);
      this.connection.transport.message(incoming(`t/${index}`, [], { qos: 1, payload }), receipt);
    }
  }

  /** A deploy restarts the node. */
  redeploy(): void {
    this.#events.emit('flows:stopping', { config: {} });
    this.acknowledgement.leave(false, nothing);
    this.acknowledgement = acknowledging(this.#to);
    this.#events.emit('flows:started', { config: {} });
  }

  /** The number of answered receipts. */
  get answered(): number {
    return this.given.filter(({ given }) => given.length > 0).length;
  }
}

/** The growth of the memory in use by `work`, in bytes. */
async function growth(work: () => void): Promise<number> {
  const before = heapInUse();
  work();
  // Variables of the current call are in use.
  await promisesKept();
  return heapInUse() - before;
}

describe('memory of acknowledgement', () => {
  for (const acknowledge of ['manual', 'completion'] as const) {
    describe(`in the mode ${acknowledge}`, () => {
      let bench: Bench;

      beforeEach(() => {
        bench = new Bench({ acknowledge });
      });
      afterEach(() => bench.acknowledgement.leave(true, nothing));

      it('keeps messages only while they are unsettled', async () => {
        const more = await growth(() => bench.receive(COUNT));
        assert.ok(more > LITTLE, `${more} bytes`);
        assert.equal(bench.answered, 0);
      });

      it('keeps nothing of messages that reached their time limit', async () => {
        const more = await growth(() => {
          bench.receive(COUNT);
          bench.connection.clock.advance(60_000);
        });
        assert.deepEqual([bench.answered, bench.errors], [COUNT, COUNT]);
        assert.ok(more < LITTLE, `${more} bytes`);
      });

      it('keeps nothing of the instances before a deploy', async () => {
        const first = new WeakRef(bench.acknowledgement);
        for (let deploy = 0; deploy < 3; deploy++) bench.redeploy();
        // A WeakRef holds its target until the end of the turn, and so may what the engine still has on its stack.
        for (let turns = 0; turns < 20 && first.deref(); turns++) {
          await turn();
          heapInUse();
        }
        assert.equal(first.deref() === undefined, true);
      });

      it('keeps nothing of messages that a deleted node was given', async () => {
        const more = await growth(() => {
          bench.receive(COUNT);
          bench.acknowledgement.leave(true, nothing);
        });
        assert.equal(bench.answered, COUNT);
        assert.ok(more < LITTLE, `${more} bytes`);
      });
    });
  }

  it('keeps one copy of a message that is delivered again, and its new receipt alone', async () => {
    const bench = new Bench({});
    const { window } = bench.acknowledgement;
    assert.ok(window instanceof DeliveryWindow);
    bench.receive(COUNT);
    const more = await growth(() => {
      for (let time = 0; time < 5; time++) window.interrupt();
    });
    assert.ok(more < LITTLE, `${more} bytes`);
    assert.equal(bench.ids.length, 6 * COUNT);
    const [first = ''] = bench.ids;
    assert.equal(settleReceipt(first, { kind: 'acknowledged' }), 'unknown');
    for (const id of bench.ids.slice(-COUNT)) assert.equal(settleReceipt(id, { kind: 'acknowledged' }), 'taken');
    assert.equal(bench.answered, COUNT);
    assert.equal(settleReceipt(bench.ids.at(-1) ?? '', { kind: 'acknowledged' }), 'unknown');
    bench.acknowledgement.leave(true, nothing);
  });
});
