// Payloads of a recording, as the sidebar reads them: in the format that the message, the topic, the flow or the user names.

import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import type { Connection } from '#src/connection/connection';
import type { IncomingPublication, PublicationProperties } from '#src/core/publications/publication';
import { readShown } from '#src/core/sidebar/shown-value';
import { TopicTree } from '#src/core/sidebar/topic-tree';
import { type FormatOfTopic, useFormats } from '#src/runtime/node/formats-in-use';
import { NodeCodecs } from '#src/runtime/node/node-codecs';
import { FORMAT_PLUGIN } from '#src/runtime/node/registered-formats';
import { numberSeries } from '#src/runtime/sidebar/number-series';
import { PayloadReader } from '#src/runtime/sidebar/payload-reader';
import { birthsOf } from '#src/runtime/subscribe/sparkplug-births-of';
import { codecNamed } from '../core/formats/format-runs';

const SHOUTED = {
  format: 'shouted',
  mediaType: 'text/x-shouted',
  decode: (payload: Buffer) => payload.toString().toLowerCase(),
  encode: (value: unknown) => String(value).toUpperCase(),
};
const getByType = (type: string): readonly unknown[] => (type === FORMAT_PLUGIN ? [SHOUTED] : []);
// The reader uses nothing else of Node-RED.
const RED = { plugins: { getByType }, settings: {} } as unknown as NodeAPI;

const LIMITS = {
  ...{ nodes: 1000, characters: 100_000, levels: 100, history: 100, bytes: 10_000_000, payload: 200_000 },
  ...{ messagesPerSecond: 10_000, burst: 10_000 },
};

function bytes(format: string, value: unknown): Buffer {
  const encoded = codecNamed(format).encode(value);
  assert.ok(encoded?.ok, format);
  return Buffer.from(encoded.payload);
}

describe('A payload in the sidebar', () => {
  let tree: TopicTree;
  /** Stands for the connection of the flows, of which the reader knows the identity alone. */
  let connection: Connection;

  beforeEach(() => {
    tree = new TopicTree(LIMITS);
    connection = {} as unknown as Connection;
  });

  function record(topic: string, payload: Buffer, properties?: PublicationProperties): void {
    const publication: IncomingPublication = {
      ...{ topic, payload, qos: 0, retain: false, dup: false, subscriptionIdentifiers: [] },
      ...(properties && { properties }),
    };
    tree.record(publication, 0, false, 0);
  }

  /** What the reader makes of the messages of `topic`: values, problems, or undefined where it leaves them to the page. */
  function read(topic: string, format = ''): unknown[] {
    const history = tree.find(topic)?.history ?? [];
    return new PayloadReader(RED, tree, connection)
      .read(history, topic, format)
      .map((one) => (one?.ok ? readShown(one.value) : one?.problem));
  }

  function flowReads(formatOf: (topic: string) => FormatOfTopic | undefined, schema = ''): () => void {
    const settings = {
      format: 'auto',
      maximumBytes: 1000,
      schema,
      schemaFrom: 'text',
      messageType: '',
      formatOptions: {},
    } as const;
    return useFormats(connection, { codecs: new NodeCodecs(RED, settings, 'text'), formatOf });
  }

  it('that is text, JSON or unnamed bytes is left to the page', () => {
    record('a', Buffer.from('text'));
    record('a', Buffer.from('{}'), { contentType: 'application/json' });
    record('a', Buffer.from([0xa0]), { contentType: 'application/octet-stream' });
    assert.deepEqual(read('a'), [undefined, undefined, undefined]);
  });

  it('is read by its content type, also in a format of another package', () => {
    record('a', bytes('cbor', { a: 1 }), { contentType: 'application/cbor' });
    record('a', bytes('gzip+json', [1]), { userProperties: { 'content-encoding': 'gzip' } });
    record('a', Buffer.from('LOUD'), { contentType: 'text/x-shouted' });
    assert.deepEqual(read('a'), [{ a: 1 }, [1], 'loud']);
  });

  it('is read as the user chooses, and says why it cannot', () => {
    record('a', bytes('messagepack', { a: 1 }));
    assert.deepEqual(read('a', 'messagepack'), [{ a: 1 }]);
    assert.deepEqual(read('a', 'gzip+auto'), ['notCompressed']);
    for (const format of ['nope', 'protobuf', 'protobuf:Reading']) assert.deepEqual(read('a', format), ['noFormat']);
  });

  it('is read as the flow reads its topic, as long as the node is there', () => {
    const schema = 'syntax = "proto3"; message Reading { int32 level = 1; }';
    const protobuf = { format: 'protobuf', messageType: 'Reading' };
    const forget = flowReads((topic) => (topic === 'tank' ? protobuf : undefined), schema);
    record('tank', Buffer.from([8, 7]));
    record('other', Buffer.from([8, 7]));
    assert.deepEqual([read('tank'), read('other')], [[{ level: 7 }], [undefined]]);
    assert.deepEqual(read('other', 'protobuf:Reading'), [{ level: 7 }]);
    forget();
    assert.deepEqual(read('tank'), [undefined]);
  });

  it('of Sparkplug has the names of the birth that was recorded, or that the flows have seen, and changes neither', () => {
    const metric = { name: 'Level', alias: 1, type: 'Int32', value: 1 };
    const data = bytes('sparkplug', { seq: 9, metrics: [{ alias: 1, type: 'Int32', value: 2 }] });
    record('spBv1.0/g/NDATA/n', data);
    const names = (): unknown => {
      const [value] = read('spBv1.0/g/NDATA/n') as { metrics: { name?: string }[] }[];
      return value?.metrics[0]?.name;
    };
    assert.equal(names(), undefined);
    const births = birthsOf(connection);
    const place = { group: 'g', messageType: 'NBIRTH', node: 'n', device: undefined };
    births.follow(place, { seq: 0, timestamp: 1, metrics: [{ name: 'Flow', alias: '1', datatype: 3 }] });
    assert.equal(names(), 'Flow');
    record('spBv1.0/g/NBIRTH/n', bytes('sparkplug', { seq: 0, metrics: [metric] }));
    assert.equal(names(), 'Level');
    const next = { seq: 1, timestamp: 2, metrics: [] };
    assert.equal(births.follow({ ...place, messageType: 'NDATA' }, next), false, 'the flows have missed nothing');
  });

  it('of which only the beginning was kept is told as that', () => {
    record('a', bytes('cbor', Buffer.alloc(300_000)), { contentType: 'application/cbor' });
    assert.deepEqual(read('a'), ['cut']);
  });

  it('shares what an answer may hold with the others, the newest first', () => {
    for (let count = 0; count < 5; count++) record('a', bytes('cbor', new Array(30_000).fill(count)));
    const lengths = read('a', 'cbor').map((value) => (Array.isArray(value) ? value.length : 0));
    assert.equal(lengths[4], 20_000);
    assert.equal(lengths[0], 0);
    assert.ok(lengths.reduce((sum, length) => sum + length) <= 60_005, String(lengths));
  });

  it('gives a chart each of its numbers, however much there is to read', () => {
    const counts = Array.from({ length: 8 }, (_, count) => count);
    // More elements than an answer to the page may hold.
    for (const count of counts) record('a', bytes('cbor', [count, ...new Array(19_000).fill(0)]));
    const values: number[] = [];
    for (let after = 0, last = -1; last !== after; ) {
      last = after;
      const asked = [{ topic: 'a', path: '[0]', format: 'cbor', after }];
      const [series] = numberSeries(RED, { tree, flows: connection }, asked);
      assert.ok(series);
      values.push(...series.values);
      after = series.last;
    }
    assert.deepEqual(values, counts);
  });
});
