// Messages that cannot be published: each is answered with an error, and affects neither the connection nor other
// messages.

import assert from 'node:assert/strict';
import { type Flow, loadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { onEachServer } from '../helpers/flows/servers';

const circular: Record<string, unknown> = {};
circular.self = circular;

const cases: [what: string, message: object, code: string][] = [
  ['no topic', { topic: undefined }, 'topic-missing'],
  ['an empty topic', { topic: '' }, 'topic-missing'],
  ['an object as the topic', { topic: { a: 1 } }, 'topic-missing'],
  ['a wildcard in the topic', { topic: 'a/+/b' }, 'topic-invalid'],
  ['a NUL character in the topic', { topic: 'a\0b' }, 'topic-invalid'],
  ['a topic of 65,536 bytes', { topic: 'x'.repeat(65_536) }, 'topic-invalid'],
  ['qos 3', { qos: 3 }, 'property-invalid'],
  ['a qos that is text', { qos: 'high' }, 'property-invalid'],
  ['a retain that is no flag', { retain: 'maybe' }, 'property-invalid'],
  ['a circular payload', { payload: circular }, 'payload-unencodable'],
  ['a Set inside the payload', { payload: { tags: new Set(['a']) } }, 'payload-unencodable'],
  ['no payload', { payload: undefined, retain: true }, 'payload-missing'],
  ['a function as the payload', { payload: () => 1 }, 'payload-unencodable'],
  ['user properties that are a list', { userProperties: ['a'] }, 'property-invalid'],
  ['a user property that is an object', { userProperties: { a: {} } }, 'property-invalid'],
  ['a user property that is an object', { userProperties: { a: { b: 1 } } }, 'property-invalid'],
  ['a negative expiry', { messageExpiryInterval: -1 }, 'property-invalid'],
  ['an expiry that is no number', { messageExpiryInterval: 'soon' }, 'property-invalid'],
  ['a content type that is a number', { contentType: 5 }, 'property-invalid'],
  ['a wildcard in the response topic', { responseTopic: 'a/#' }, 'property-invalid'],
  ['correlation data that is an object', { correlationData: { a: 1 } }, 'property-invalid'],
];

onEachServer('a message that cannot be published', (server) => {
  let topic = '';
  let flow: Flow;
  beforeEach(async () => {
    topic = unique('bad-message');
    const broker = unique('broker');
    flow = await loadFlow([
      server.broker(broker),
      ...subscribeNodes('sub', broker, [topic]),
      ...publishNodes('pub', broker, { qos: 1 }),
      ...publishNodes('free', broker),
    ]);
    await flow.connected('sub', 'pub', 'free');
  });

  for (const [what, fields, code] of cases) {
    it(`because of ${what} is reported with ${code}`, async () => {
      flow.inject('free', { topic, payload: 'bad', mark: 'kept', ...fields });
      flow.inject('free', { topic, payload: 'good', qos: 1 });
      const caught = await flow.caught.next();
      assert.equal(caught.error.code, code);
      assert.equal(caught.error.source.id, 'free');
      assert.equal(caught.mark, 'kept');
      assert.equal((await flow.received('sub-out').next()).payload, 'good');
      assert.equal((await flow.completed.next()).payload, 'good');
      assert.equal(flow.caught.all.length, 1);
      // The connection was not lost in between.
      assert.equal(flow.statuses('pub').all.at(-1)?.fill, 'green');
      assert.equal(flow.statuses('pub').all.filter(({ fill }) => fill === 'red').length, 0);
    });
  }

  it('in a sequence do not change the order of valid messages', async () => {
    for (const [index, [, fields]] of cases.entries()) {
      flow.inject('free', { topic, payload: 'bad', ...fields });
      flow.inject('pub', { topic, payload: index });
    }
    const messages = await flow.received('sub-out').first(cases.length);
    assert.deepEqual(
      messages.map(({ payload }) => payload),
      cases.map((_, index) => index),
    );
    await flow.caught.first(cases.length);
    assert.deepEqual(
      flow.caughtCodes,
      cases.map(([, , code]) => code),
    );
  });
});
