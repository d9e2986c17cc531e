// What is a value, and what may be a property of a message.

import assert from 'node:assert/strict';
import { valueTypedAsPath } from '#src/core/values/value-as-path';

describe('core/values/value-as-path', () => {
  for (const text of ['21.5', '-3', '0', '[1, 2]', '{"a": 1.5}', '{ "a": {{payload}} }', '"on"', '{{payload}}']) {
    it(`${text} is JSON`, () => assert.equal(valueTypedAsPath(text), 'json'));
  }

  for (const text of ['21,5', '21.5 °C', '007', 'switch it on', '{{payload}} W', '+5 V', '[1, 2']) {
    it(`${text} is a text`, () => assert.equal(valueTypedAsPath(text), 'str'));
  }

  for (const text of [
    ...['', 'payload', 'on', 'msg.payload', 'payload.items[0].id', 'payload["first name"]', '["first name"]'],
    ...["payload['a b'].c", 'payload[msg.topic]', 'größe', 'content-type', '${VALUE}'],
  ]) {
    it(`${text || 'nothing'} may be a property`, () => assert.equal(valueTypedAsPath(text), undefined));
  }
});
