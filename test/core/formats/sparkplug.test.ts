// The format Sparkplug B: payloads that Google's own compiler (protoc 3.21) has encoded, and the births of edge nodes.

import assert from 'node:assert/strict';
import { SparkplugBirths, sparkplugTopic } from '#src/core/payloads/sparkplug-births';
import { codecNamed, encoded, roundTrip } from './format-runs';

const BIRTH = Buffer.from(
  '0880d095ffbc31121b0a0562645365711880d095ffbc31200858ffffffffffffffffff01121a0a144e6f646520436f6e74726f6c2f52656269727468200b700012460a0b54656d7065726174757265100120094a2e0a07656e67556e69740a0572616e67651207080c4203c2b043121308144a0f0a036c6f771208080318f6ffffff0f650000ac4112120a064f66667365741002200150fbffffff0f12160a05546f74616c1003200458fbffffffffffffffff0112140a07537461727465641004200d58fbd095ffbc31120d0a074e6f7468696e67200c380112110a05466c616773202082010503000000a012110a05576f7264732021820105610062630012110a064c6576656c732017820104ffff010012320a055461626c6520108a012608021202696412046e616d651804180c220c0a0210070a06320470756d7022060a0210080a0012360a054d6f746f72201392012a0a0131120a0a0372706d200350dc0b1a0c0a05696e646578100c42014122094d6f746f72547970652800121d0a05496d6167652012420d1209696d6167652f706e67180282010201021800',
  'hex',
);
/** Two metrics by their aliases, seq 1. */
const DATA = Buffer.from('08e8d795ffbc31120e100118e8d795ffbc31650000b041120610032801580c1801', 'hex');

/** What a host sees that has the births of `births`. */
function host(births = new SparkplugBirths()) {
  const codec = codecNamed('sparkplug', { births });
  return (messageType: string, payload: Buffer, device = '') => {
    const topic = `spBv1.0/plant/${messageType}/edge${device && `/${device}`}`;
    const result = codec.decode(payload, {}, topic);
    assert.ok(result.ok, result.ok ? '' : `${result.problem} ${result.detail}`);
    const { sparkplug } = (result.properties ?? {}) as { sparkplug?: { stale: boolean } };
    const stale = sparkplug?.stale;
    return {
      value: result.value as { metrics: Record<string, unknown>[]; seq?: number },
      params: result.params,
      stale,
    };
  };
}

function message(seq: number, metrics: object[], timestamp = 1): Buffer {
  const payload = encoded('sparkplug', { timestamp, seq, metrics });
  assert.ok(Buffer.isBuffer(payload), String(payload));
  return payload;
}

describe('Sparkplug B', () => {
  it('reads each kind of value exactly', () => {
    const { value } = host()('NBIRTH', BIRTH);
    const timestamp = 1_700_000_000_000;
    assert.equal(value.seq, 0);
    assert.deepEqual(value.metrics, [
      { name: 'bdSeq', type: 'UInt64', value: '18446744073709551615', timestamp },
      { name: 'Node Control/Rebirth', type: 'Boolean', value: false },
      {
        name: 'Temperature',
        alias: 1,
        type: 'Float',
        value: 21.5,
        properties: {
          engUnit: { type: 'String', value: '°C' },
          range: { type: 'PropertySet', value: { low: { type: 'Int32', value: -10 } } },
        },
      },
      { name: 'Offset', alias: 2, type: 'Int8', value: -5 },
      { name: 'Total', alias: 3, type: 'Int64', value: -5 },
      { name: 'Started', alias: 4, type: 'DateTime', value: 1_700_000_000_123 },
      { name: 'Nothing', type: 'String', value: null },
      { name: 'Flags', type: 'BooleanArray', value: [true, false, true] },
      { name: 'Words', type: 'StringArray', value: ['a', 'bc'] },
      { name: 'Levels', type: 'Int16Array', value: [-1, 1] },
      {
        name: 'Table',
        type: 'DataSet',
        value: {
          columns: ['id', 'name'],
          types: ['Int64', 'String'],
          rows: [
            [7, 'pump'],
            [8, null],
          ],
        },
      },
      {
        name: 'Motor',
        type: 'Template',
        value: {
          version: '1',
          templateRef: 'MotorType',
          isDefinition: false,
          metrics: [{ name: 'rpm', type: 'Int32', value: 1500 }],
          parameters: [{ name: 'index', type: 'String', value: 'A' }],
        },
      },
      {
        name: 'Image',
        type: 'File',
        value: Buffer.from([1, 2]),
        metadata: { content_type: 'image/png', size: 2 },
      },
    ]);
  });

  it('encodes what it has decoded', () => {
    const births = new SparkplugBirths();
    const { value } = host(births)('NBIRTH', BIRTH);
    const again = encoded('sparkplug', value);
    assert.ok(Buffer.isBuffer(again), String(again));
    assert.deepEqual(host()('NBIRTH', again).value, value);
  });

  it('resolves aliases by the birth, with name and type', () => {
    const read = host();
    read('NBIRTH', BIRTH);
    const { value, stale, params } = read('NDATA', DATA);
    assert.equal(stale, false);
    assert.deepEqual(params, { group: 'plant', messageType: 'NDATA', node: 'edge' });
    assert.deepEqual(value.metrics, [
      { name: 'Temperature', alias: 1, type: 'Float', value: 22, timestamp: 1_700_000_001_000 },
      { name: 'Total', alias: 3, type: 'Int64', value: 12, historical: true },
    ]);
  });

  it('decodes without a birth what the message holds, and marks it as stale', () => {
    const { value, stale } = host()('NDATA', DATA);
    assert.equal(stale, true);
    assert.deepEqual(value.metrics[0], { alias: 1, type: 'Unknown', value: 22, timestamp: 1_700_000_001_000 });
  });

  it('marks messages after a gap as stale, until the next birth', () => {
    const read = host();
    read('NBIRTH', message(0, [{ name: 'a', alias: 1, type: 'Int32', value: 0 }]));
    const stale = (seq: number) => read('NDATA', message(seq, [{ alias: 1, type: 'Int32', value: seq }])).stale;
    assert.deepEqual([1, 2, 4, 5].map(stale), [false, false, true, false]);
  });

  it('continues seq at 0 after 255', () => {
    const read = host();
    read('NBIRTH', message(0, [{ name: 'a', alias: 1, type: 'Int32', value: 0 }]));
    const verdicts = Array.from({ length: 600 }, (_, index) => read('NDATA', message((index + 1) % 256, [])).stale);
    assert.equal(verdicts.includes(true), false);
  });

  it('lets several nodes of a connection decode the same messages at different times', () => {
    const births = new SparkplugBirths();
    const [first, second] = [host(births), host(births)];
    const messages: [string, Buffer][] = [
      ['NBIRTH', BIRTH],
      ['NDATA', DATA],
      ['NDATA', message(2, [{ alias: 1, type: 'Float', value: 1 }])],
      ['NDATA', message(4, [{ alias: 1, type: 'Float', value: 1 }])],
    ];
    const expected = [false, false, false, true];
    assert.deepEqual(
      messages.map(([type, payload]) => first(type, payload).stale),
      expected,
    );
    assert.deepEqual(
      messages.map(([type, payload]) => second(type, payload).stale),
      expected,
    );
  });

  it('distinguishes the devices of an edge node, and forgets each at its death', () => {
    const births = new SparkplugBirths();
    const read = host(births);
    read('NBIRTH', message(0, []));
    read('DBIRTH', message(1, [{ name: 'a', alias: 1, type: 'Int32', value: 0 }]), 'one');
    read('DBIRTH', message(2, [{ name: 'b', alias: 1, type: 'Int32', value: 0 }]), 'two');
    const data = (seq: number, device: string) =>
      read('DDATA', message(seq, [{ alias: 1, type: 'Int32', value: 5 }]), device);
    assert.equal(data(3, 'one').value.metrics[0]?.name, 'a');
    assert.equal(data(4, 'two').value.metrics[0]?.name, 'b');
    read('DDEATH', message(5, []), 'one');
    assert.deepEqual([data(6, 'one').stale, data(7, 'two').stale], [true, false]);
    // The birth of the edge node counts, too.
    assert.deepEqual(births.size, { edgeNodes: 1, metrics: 2 });
    read('NDEATH', message(0, []));
    assert.deepEqual(births.size, { edgeNodes: 0, metrics: 0 });
    assert.equal(data(8, 'two').stale, true);
  });

  it('keeps the latest 10,000 edge nodes', () => {
    const births = new SparkplugBirths();
    const metrics = [{ name: 'a', alias: '1', datatype: 3 }];
    for (let index = 0; index <= 10_000; index++) {
      const topic = { group: 'g', messageType: 'NBIRTH', node: `n${index}`, device: undefined };
      births.follow(topic, { seq: 0, timestamp: 1, metrics });
    }
    assert.deepEqual(births.size, { edgeNodes: 10_000, metrics: 10_000 });
    const metric = (node: string) => births.metric({ group: 'g', messageType: 'NDATA', node, device: undefined }, '1');
    assert.equal(metric('n0'), undefined);
    assert.deepEqual(metric('n10000'), { name: 'a', datatype: 3 });
  });

  it('decodes the state of a host, which is JSON', () => {
    const codec = codecNamed('sparkplug');
    const result = codec.decode(Buffer.from('{"online":true,"timestamp":1}'), {}, 'spBv1.0/STATE/scada');
    assert.deepEqual(result, { ok: true, value: { online: true, timestamp: 1 } });
  });

  it('reads the state of a host of a version before 3.0, which is a text', () => {
    const state = (payload: string | Buffer, topic: string): unknown => {
      const result = codecNamed('sparkplug').decode(Buffer.from(payload), {}, topic);
      return result.ok ? result.value : result.problem;
    };
    assert.equal(state('ONLINE', 'STATE/scada'), 'ONLINE');
    assert.deepEqual(state('{"online":false}', 'STATE/scada'), { online: false });
    assert.equal(state(Buffer.from([0xff]), 'STATE/scada'), 'notUtf8');
    assert.equal(state('ONLINE', 'spBv1.0/STATE/scada'), 'notJson');
  });

  it('derives a missing type from the value', () => {
    const sent = {
      seq: 0,
      metrics: [
        { name: 'n', value: 1.5 },
        { name: 'w', value: 7 },
        { name: 't', value: 'x' },
        { name: 'b', value: true },
      ],
    };
    const { metrics } = roundTrip('sparkplug', sent) as { metrics: { type: string; value: unknown }[] };
    assert.deepEqual(
      metrics.map(({ type, value }) => [type, value]),
      [
        ['Double', 1.5],
        ['Int64', 7],
        ['String', 'x'],
        ['Boolean', true],
      ],
    );
  });

  for (const [payload, problem] of [
    [{ metrics: [{ name: 'a', type: 'Int8', value: 200 }] }, 'noBinaryForm metrics[0].value is no Int8'],
    [{ metrics: [{ name: 'a', type: 'Int64', value: 2n ** 63n }] }, 'noBinaryForm metrics[0].value is no Int64'],
    [{ metrics: [{ name: 'a', type: 'Boolean', value: 1 }] }, 'noBinaryForm metrics[0].value wants true or false'],
    [{ metrics: [{ name: 'a', type: 'Nope', value: 1 }] }, 'noBinaryForm there is no data type "Nope"'],
    [{ metrics: ['x'] }, 'noBinaryForm metrics[0] wants an object'],
    [{ metrics: [[]] }, 'noBinaryForm metrics[0] wants an object'],
    [{ values: [] }, 'notSparkplug metrics'],
  ] as const) {
    it(`refuses a value that a metric cannot hold: ${problem}`, () => {
      assert.equal(encoded('sparkplug', payload), problem);
    });
  }

  it('reports a payload that it cannot read, and never throws', () => {
    const codec = codecNamed('sparkplug');
    const result = codec.decode(Buffer.from('12ff', 'hex'), {}, 'spBv1.0/g/NDATA/n');
    assert.ok(result && !result.ok);
    assert.equal(result.problem, 'notSparkplug');
  });
});

describe('Sparkplug B beside edge nodes', () => {
  const codec = codecNamed('sparkplug');

  it('reads a command of a host, which has no seq and is never stale', () => {
    const read = host();
    const payload = encoded('sparkplug', { timestamp: 1, metrics: [{ name: 'Node Control/Rebirth', value: true }] });
    assert.ok(Buffer.isBuffer(payload));
    const { value, stale } = read('NCMD', payload);
    assert.deepEqual([value.metrics[0]?.name, value.seq, stale], ['Node Control/Rebirth', undefined, false]);
  });

  it('decodes payloads of other topics, and without births, as far as they are complete', () => {
    for (const topic of ['other/topic', 'spBv1.0/g/NDATA/n', 'spBv1.0/g/NDATA', 'spBv1.0/g/NDATA/n/d/more']) {
      const result = codec.decode(message(0, [{ name: 'a', type: 'Int32', value: 1 }]), {}, topic);
      assert.ok(result?.ok);
      assert.deepEqual((result.value as { metrics: unknown }).metrics, [{ name: 'a', type: 'Int32', value: 1 }]);
    }
    assert.deepEqual(codec.decode(Buffer.alloc(0), {}, 'spBv1.0/g/NDATA/n'), { ok: true, value: '' });
  });

  it('keeps the digits of an alias that a number cannot hold, and sends a metric without type or value', () => {
    const metrics = [{ alias: '9007199254740993', type: 'Int32', value: 1 }, { name: 'unknown' }];
    assert.deepEqual(roundTrip('sparkplug', { seq: 0, metrics }), {
      seq: 0,
      metrics: [metrics[0], { name: 'unknown', type: 'Unknown', value: null }],
    });
  });

  it('takes the first message after a birth without seq as the next one', () => {
    const births = new SparkplugBirths();
    const topic = { group: 'g', messageType: 'NBIRTH', node: 'n', device: undefined };
    births.follow(topic, { seq: undefined, timestamp: 1, metrics: [] });
    const data = { ...topic, messageType: 'NDATA' };
    assert.equal(births.follow(data, { seq: 7, timestamp: 2, metrics: [] }), false);
    assert.equal(births.follow(data, { seq: 9, timestamp: 3, metrics: [] }), true);
  });

  it('distinguishes the state of a host from a message of an edge node', () => {
    assert.equal(sparkplugTopic('spBv1.0/STATE/host/more'), undefined);
    assert.equal(sparkplugTopic('spBv1.0/STATE/host'), undefined);
  });

  it('keeps the metrics of a birth when the same birth is read again', () => {
    const births = new SparkplugBirths();
    const read = host(births);
    read('NBIRTH', BIRTH);
    read('NDATA', DATA);
    read('NBIRTH', BIRTH);
    assert.equal(read('NDATA', message(2, [{ alias: 1, type: 'Float', value: 1 }])).stale, false);
    read('NBIRTH', message(0, [{ name: 'new', alias: 1, type: 'Float', value: 0 }], 99));
    assert.equal(read('NDATA', message(1, [{ alias: 1, type: 'Float', value: 1 }])).value.metrics[0]?.name, 'new');
  });
});
