// Payload formats in flows: by the node, by a row, by the content type, by a message, and what is said where one is wrong.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadFlow } from '../helpers/flows/flow-harness';
import { embeddedNode, publishNodes, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { emptyUserDir, removeUserDir } from '../helpers/flows/node-red-process';
import { onEachServer } from '../helpers/flows/servers';

const SCHEMA =
  'syntax = "proto3"; message Reading { double value = 1; int64 count = 2; } message Alarm { string text = 1; }';

onEachServer('Payload formats', (server) => {
  for (const format of ['cbor', 'messagepack', 'gzip+json', 'brotli+cbor']) {
    it(`${format} is published and received`, async () => {
      const [base, broker] = [unique('t'), unique('format')];
      const [compression, inner] = format.includes('+') ? format.split('+') : ['', format];
      const settings = { format: inner ?? '', compression: compression as '' | 'gzip' };
      const flow = await loadFlow([
        server.broker(broker),
        ...subscribeNodes('sub', broker, [`${base}/a`], settings),
        ...subscribeNodes('raw', broker, [`${base}/+`], { format: 'buffer' }),
        ...publishNodes('pub', broker, { qos: 1, ...settings }),
      ]);
      await flow.connected('sub', 'raw', 'pub');
      const payload = { room: 'kitchen', temperature: 21.5, tags: ['a', 'b'] };
      flow.inject('pub', { topic: `${base}/a`, payload });
      assert.deepEqual((await flow.received('sub-out').next()).payload, payload);
      assert.notEqual(String((await flow.received('raw-out').next()).payload)[0], '{', 'it is no JSON on the wire');
    });
  }

  it('each filter may have its own', async () => {
    const [base, broker] = [unique('t'), unique('rows')];
    const filters = [
      { filter: `${base}/json` },
      { filter: `${base}/cbor`, format: 'cbor' },
      { filter: `${base}/reading`, format: 'protobuf', messageType: 'Reading' },
      { filter: `${base}/alarm`, format: 'gzip+protobuf', messageType: 'Alarm' },
    ];
    const flow = await loadFlow([
      server.broker(broker),
      ...subscribeNodes('sub', broker, filters, { format: 'json', schema: SCHEMA }),
      ...publishNodes('cbor', broker, { qos: 1, format: 'cbor' }),
      ...publishNodes('json', broker, { qos: 1, format: 'json' }),
      ...publishNodes('reading', broker, { qos: 1, format: 'protobuf', schema: SCHEMA, messageType: 'Reading' }),
      ...publishNodes('alarm', broker, {
        ...{ qos: 1, format: 'protobuf', compression: 'gzip', schema: SCHEMA, messageType: 'Alarm' },
      }),
    ]);
    const publishers = { cbor: { a: 1 }, json: { a: 1 }, reading: { value: 1.5, count: '7' }, alarm: { text: 'hot' } };
    await flow.connected('sub', ...Object.keys(publishers));
    for (const [id, payload] of Object.entries(publishers)) {
      flow.inject(id, { topic: `${base}/${id}`, payload });
      const { topic, payload: received } = await flow.received('sub-out').next();
      assert.deepEqual([topic, received], [`${base}/${id}`, payload]);
    }
  });

  it('a message that subscribes may name any', async () => {
    const [base, broker] = [unique('t'), unique('dynamic')];
    const flow = await loadFlow([
      server.broker(broker),
      ...subscribeNodes('sub', broker, [], { inputs: 1, schema: SCHEMA, messageType: 'Reading' }),
      ...publishNodes('pub', broker, { qos: 1, format: 'json', compression: 'gzip' }),
      ...publishNodes('alarm', broker, { qos: 1, format: 'protobuf', schema: SCHEMA, messageType: 'Alarm' }),
    ]);
    await flow.connected('sub', 'pub', 'alarm');
    flow.inject('sub', { action: 'subscribe', topic: { topic: `${base}/a`, datatype: 'gzip+json' } });
    await flow.completed.next();
    flow.inject('pub', { topic: `${base}/a`, payload: { a: 1 } });
    assert.deepEqual((await flow.received('sub-out').next()).payload, { a: 1 });
    const alarms = { topic: `${base}/alarm`, datatype: 'protobuf', messageType: 'Alarm' };
    flow.inject('sub', { action: 'subscribe', topic: alarms });
    await flow.completed.next();
    flow.inject('alarm', { topic: `${base}/alarm`, payload: { text: 'hot' } });
    assert.deepEqual((await flow.received('sub-out').next()).payload, { text: 'hot' });
    flow.inject('sub', { action: 'subscribe', topic: { topic: `${base}/b`, datatype: 'lzma+json' } });
    const { error } = await flow.caught.next();
    assert.equal(error.code, 'format-unknown');
  });

  it('a payload that is none of the format, or too large, is an error with the bytes', async () => {
    const [base, broker] = [unique('t'), unique('wrong')];
    const flow = await loadFlow([
      server.broker(broker),
      ...subscribeNodes('cbor', broker, [`${base}/cbor`], { format: 'cbor' }),
      ...subscribeNodes('gzip', broker, [`${base}/gzip`], { format: 'buffer', compression: 'gzip', inflateLimit: 1 }),
      ...publishNodes('raw', broker, { qos: 1, format: 'buffer' }),
      ...publishNodes('bomb', broker, { qos: 1, format: 'buffer', compression: 'gzip' }),
    ]);
    await flow.connected('cbor', 'gzip', 'raw', 'bomb');
    flow.inject('raw', { topic: `${base}/cbor`, payload: Buffer.from([0xff]) });
    const wrong = await flow.caught.next();
    assert.deepEqual([wrong.error.code, wrong.payload], ['payload-undecodable', Buffer.from([0xff])]);
    flow.inject('bomb', { topic: `${base}/gzip`, payload: Buffer.alloc(2_000_000) });
    const large = await flow.caught.next();
    assert.equal(large.error.code, 'payload-undecodable');
    assert.ok(Buffer.isBuffer(large.payload) && large.payload.length < 10_000, 'the bytes are as they came');
  });

  it('Sparkplug: aliases are those of the birth that another node of the connection has read', async () => {
    const [base, broker] = [unique('g'), unique('sparkplug')];
    const flow = await loadFlow([
      server.broker(broker),
      ...subscribeNodes('births', broker, [`spBv1.0/${base}/NBIRTH/+`], { format: 'sparkplug' }),
      ...subscribeNodes('data', broker, [`spBv1.0/${base}/NDATA/+node`], { format: 'sparkplug' }),
      ...publishNodes('edge', broker, { qos: 1, format: 'sparkplug' }),
    ]);
    await flow.connected('births', 'data', 'edge');
    const born = { name: 'Temperature', alias: 7, type: 'Float', value: 20.5 };
    flow.inject('edge', { topic: `spBv1.0/${base}/NBIRTH/n`, payload: { timestamp: 1, seq: 0, metrics: [born] } });
    assert.deepEqual((await flow.received('births-out').next()).sparkplug, { stale: false });
    const data = { alias: 7, type: 'Float', value: 21.5 };
    for (const [seq, stale] of [
      [1, false],
      [3, true],
    ] as const) {
      flow.inject('edge', { topic: `spBv1.0/${base}/NDATA/n`, payload: { timestamp: 2, seq, metrics: [data] } });
      const { payload, params, sparkplug } = await flow.received('data-out').next();
      assert.deepEqual((payload as { metrics: unknown }).metrics, [
        { name: 'Temperature', alias: 7, type: 'Float', value: 21.5 },
      ]);
      assert.deepEqual(params, { group: base, messageType: 'NDATA', node: 'n' });
      assert.deepEqual(sparkplug, { stale });
    }
  });
});

describe('A payload format that cannot be used', () => {
  const settingsByFault = {
    'a slip in the schema': { schema: 'syntax = "proto3"; message A { int32 a 1; }', messageType: 'A' },
    'an import in a text': { schema: 'syntax = "proto3"; import "/etc/passwd"; message A { }', messageType: 'A' },
    'a file that is not there': { schemaFrom: 'file', schema: '/nowhere/x.proto', messageType: 'A' },
    'another message': { schema: SCHEMA, messageType: 'Nope' },
    'no message': { schema: SCHEMA },
    'another format': { format: 'xml' },
  } as const;
  const codes = {
    'a slip in the schema': 'schema-invalid',
    'an import in a text': 'schema-invalid',
    'a file that is not there': 'schema-invalid',
    'another message': 'message-type-unknown',
    'no message': 'message-type-unknown',
    'another format': 'format-unknown',
  } as const;
  for (const [fault, settings] of Object.entries(settingsByFault)) {
    it(`is reported at the node: ${fault}`, async () => {
      const broker = unique('broker');
      const subscriber = subscribeNodes('sub', broker, ['a'], { format: 'protobuf', ...settings });
      const flow = await loadFlow([embeddedNode(broker), ...subscriber]);
      const { error } = await flow.caught.next();
      assert.equal(error.code, codes[fault as keyof typeof codes]);
    });
  }
});

describe('A schema in a file', () => {
  it('may import others beside it', async () => {
    const folder = emptyUserDir();
    try {
      writeFileSync(
        join(folder, 'main.proto'),
        'syntax = "proto3"; import "part.proto"; message Main { Part part = 1; }',
      );
      writeFileSync(join(folder, 'part.proto'), 'syntax = "proto3"; message Part { int32 n = 1; }');
      const [base, broker] = [unique('t'), unique('file')];
      const settings = {
        format: 'protobuf',
        schemaFrom: 'file',
        schema: join(folder, 'main.proto'),
        messageType: 'Main',
      } as const;
      const flow = await loadFlow([
        embeddedNode(broker),
        ...subscribeNodes('sub', broker, [`${base}/a`], settings),
        ...publishNodes('pub', broker, { qos: 1, ...settings }),
      ]);
      await flow.connected('sub', 'pub');
      flow.inject('pub', { topic: `${base}/a`, payload: { part: { n: 3 } } });
      assert.deepEqual((await flow.received('sub-out').next()).payload, { part: { n: 3 } });
    } finally {
      removeUserDir(folder);
    }
  });
});
