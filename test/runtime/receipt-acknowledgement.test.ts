// A message that is acknowledged when it is handed to the flow: not before the next node has it, and never when Node-RED has
// stopped its flows meanwhile, since a stopped node gets no messages.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { SharedReceipt } from '#src/connection/acknowledgement/shared-receipt';
import { ReceiptAcknowledgement } from '#src/runtime/acknowledgement/receipt-acknowledgement';
import { onDeploy } from '#src/runtime/deploy/deploy-events';
import { ConnectionBench } from '../connection/connection-bench';
import { incoming } from '../connection/publications';
import { filterOf } from '../core/parsed';
import { RecordedReceipt } from '../helpers/fakes/recorded-receipt';

const nothing = (): void => {};

/** A subscribe node with one node behind it, which has messages one turn later, as in Node-RED. */
class Bench {
  readonly events = new EventEmitter();
  readonly got: NodeMessage[] = [];
  readonly acknowledgement: ReceiptAcknowledgement;

  constructor() {
    const send = (message: NodeMessage): void => void setImmediate(() => this.got.push(message));
    const RED = { events: this.events } as unknown as NodeAPI;
    onDeploy(RED, 'over', nothing);
    this.acknowledgement = new ReceiptAcknowledgement({
      RED,
      node: { id: 'sub', send } as unknown as Node,
      connection: new ConnectionBench().connection,
      settings: { acknowledge: 'receipt', maxInFlight: 1, acknowledgeTimeout: 0, onError: 'refuse' },
      prepare: ({ publication: { payload } }) => ({ message: { _msgid: '1', payload }, raw: payload, decoded: true }),
      show: nothing,
    });
  }

  /** A publication at QoS 1 arrives. */
  receive(): RecordedReceipt {
    const receipt = new RecordedReceipt();
    const shared = new SharedReceipt(receipt);
    this.acknowledgement.window.take(
      { publication: incoming('a', [], { qos: 1 }), filter: filterOf('a'), qos: 1 },
      shared,
    );
    shared.delivered();
    return receipt;
  }
}

describe('runtime/acknowledgement/receipt-acknowledgement', () => {
  it('acknowledges once the next node has the message', async () => {
    const bench = new Bench();
    const receipts = [bench.receive(), bench.receive()];
    assert.deepEqual(
      receipts.map(({ given }) => given),
      [[], []],
    );
    await turn();
    assert.equal(bench.got.length, 2);
    assert.deepEqual(
      receipts.map(({ given }) => given.length),
      [1, 1],
    );
  });

  it('abandons what no node has been given when the flows stop', async () => {
    const bench = new Bench();
    const receipt = bench.receive();
    bench.events.emit('flows:stopping', {});
    bench.acknowledgement.leave(false, nothing);
    await turn();
    assert.deepEqual(receipt.given, ['abandoned']);
  });

  it('acknowledges it during a deploy by which no next node has missed it', async () => {
    const bench = new Bench();
    const receipt = bench.receive();
    bench.events.emit('flows:stopping', { config: {} });
    bench.acknowledgement.leave(false, nothing);
    await turn();
    assert.deepEqual(receipt.given, ['acknowledged 0']);
  });
});
