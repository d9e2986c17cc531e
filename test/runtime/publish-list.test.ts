// Several publications of one message: all or none are published, and the message is answered once.

import assert from 'node:assert/strict';
import type { NodeAPI, NodeMessageInFlow } from 'node-red';
import { InOrder } from '#src/core/queues/in-order';
import type { FindOutside } from '#src/runtime/publish/outside-values';
import { type ListPublisher, publishList } from '#src/runtime/publish/publish-list';

const nothing = (): void => {};

describe('a message with several publications', () => {
  it('is one error when an entry cannot be made, whatever values it waits for; nothing of it is published', async () => {
    const order = new InOrder(10);
    const later: FindOutside = (_message, use, failed) =>
      void order.run(async () => use({ ok: true, config: [] }), failed);
    const published: string[] = [];
    const list: ListPublisher = {
      RED: {} as NodeAPI,
      find: later,
      build(message) {
        if (message.topic === 'b') throw new RangeError('too deep');
        const publication = { topic: String(message.topic), payload: '', qos: 0, retain: false } as const;
        return { ok: true, publication, whileOffline: 'wait' };
      },
      publish: ({ publication }) => published.push(publication.topic),
      reasoned: () => false,
      answer: nothing,
    };
    const errors: unknown[] = [];
    const message = { _msgid: '1', publications: ['a', 'b', 'c', 'b', 'd'].map((topic) => ({ topic })) };
    const input = { message: message as NodeMessageInFlow, send: nothing, done: nothing };
    publishList(list, input, (error) => errors.push(String(error)));
    await order.idle();
    assert.deepEqual([errors, published], [['RangeError: too deep'], []]);
  });
});
