// The message as it leaves a publish node.

import assert from 'node:assert/strict';
import { publishedMessage } from '#src/runtime/publish/message-answers';

describe('runtime/publish/published-message', () => {
  it('has the reason code of the server, and is another object than the one that came', () => {
    const message = Object.freeze({ topic: 'a', payload: Buffer.alloc(3) });
    const sent = publishedMessage(message, 0x10);
    assert.deepEqual(sent, { ...message, reasonCode: 0x10 });
    assert.equal(sent.payload, message.payload, 'nothing is copied but the properties');
  });

  it('is the same object where there is no reason code', () => {
    const message = { topic: 'a' };
    assert.equal(publishedMessage(message, undefined), message);
  });

  it('does not keep the reason code of an earlier publication', () => {
    const message = Object.freeze({ topic: 'a', reasonCode: 0x10 });
    assert.deepEqual(publishedMessage(message, undefined), { topic: 'a' });
  });
});
