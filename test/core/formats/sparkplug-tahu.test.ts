// Sparkplug payloads that another implementation has made: Eclipse Tahu's JavaScript library (npm sparkplug-payload 1.0.3),
// which is not a dependency. They are what its `get('spBv1.0').encodePayload()` returned for `birth` and `data` below.
//
//   const t = 1700000000000;
//   birth = { timestamp: t, seq: 0, metrics: [
//     { name: 'bdSeq', type: 'UInt64', value: 7, timestamp: t }, { name: 'Node Control/Rebirth', type: 'Boolean', value: false },
//     { name: 'i8', alias: 1, type: 'Int8', value: -8 }, …, { name: 'u64', alias: 8, type: 'UInt64', value: 2^64 - 1 as Long }, …
//   ]}: the values are those of the test.
//   data = { timestamp: t + 1000, seq: 1, metrics: [
//     { alias: 1, type: 'Int8', value: -9, timestamp: t + 1000 }, { alias: 8, type: 'UInt64', value: 2^63 as Long } ]}

import assert from 'node:assert/strict';
import { SparkplugBirths } from '#src/core/payloads/sparkplug-births';
import { codecNamed, roundTrip } from './format-runs';

const BIRTH = Buffer.from(
  '0880d095ffbc3112120a0562645365711880d095ffbc3120085807121a0a144e6f646520436f6e74726f6c2f52656269727468200b7000120e0a0269381001200150f8ffffff0f120f0a036931361002200250c0f3ffff0f120f0a03693332100320035080bcecff0f12140a036936341004200458ffffffffffffffefff01120b0a0275381005200550c801120d0a037531361006200650e8fb03120f0a037533321007200758ffffffff0f12140a037536341008200858ffffffffffffffffff01120e0a05666c6f61742009650000c03f12130a06646f75626c65200a699a9999999999b93f12100a0474657874200e7a066772c3bcc39f120f0a06737472696e67200c7a03c2b043122e0a0475756964200f7a2431323365343536372d653839622d313264332d613435362d343236363134313734303030120f0a047768656e200d58fbd095ffbc31120f0a05627974657320118201030001ff120c0a0466696c65201282010178120a0a046e6f6e65200c3801123f0a0570726f7073200a4a2b0a07656e67556e69740a036c6f770a026f6e1207080c4203c2b0431208080318f6ffffff0f1204080b380169000000000080354012470a057461626c6520108a013b08031202696412046e616d6512026f6e1803180c180b22100a0208010a06320470756d700a02280122110a0208020a07320576616c76650a02280012460a056d6f746f72201392013a0a027631120a0a0372706d200350dc0b1a0c0a05696e646578100c4201411a110a0473697a65100a31000000000000044022054d6f746f7228001800',
  'hex',
);
const DATA = Buffer.from(
  '08e8d795ffbc311211100118e8d795ffbc31200150f7ffffff0f120f1008200858808080808080808080011801',
  'hex',
);

const METRICS = [
  { name: 'bdSeq', type: 'UInt64', value: 7, timestamp: 1_700_000_000_000 },
  { name: 'Node Control/Rebirth', type: 'Boolean', value: false },
  { name: 'i8', alias: 1, type: 'Int8', value: -8 },
  { name: 'i16', alias: 2, type: 'Int16', value: -1600 },
  { name: 'i32', alias: 3, type: 'Int32', value: -320_000 },
  { name: 'i64', alias: 4, type: 'Int64', value: -9_007_199_254_740_993n },
  { name: 'u8', alias: 5, type: 'UInt8', value: 200 },
  { name: 'u16', alias: 6, type: 'UInt16', value: 65_000 },
  { name: 'u32', alias: 7, type: 'UInt32', value: 4_294_967_295 },
  { name: 'u64', alias: 8, type: 'UInt64', value: 18_446_744_073_709_551_615n },
  { name: 'float', type: 'Float', value: 1.5 },
  { name: 'double', type: 'Double', value: 0.1 },
  { name: 'text', type: 'Text', value: 'grüß' },
  { name: 'string', type: 'String', value: '°C' },
  { name: 'uuid', type: 'UUID', value: '123e4567-e89b-12d3-a456-426614174000' },
  { name: 'when', type: 'DateTime', value: 1_700_000_000_123 },
  { name: 'bytes', type: 'Bytes', value: Buffer.from([0, 1, 255]) },
  { name: 'file', type: 'File', value: Buffer.from('x') },
  { name: 'none', type: 'String', value: null },
  {
    name: 'props',
    type: 'Double',
    value: 21.5,
    properties: {
      engUnit: { type: 'String', value: '°C' },
      low: { type: 'Int32', value: -10 },
      on: { type: 'Boolean', value: true },
    },
  },
  {
    name: 'table',
    type: 'DataSet',
    value: {
      columns: ['id', 'name', 'on'],
      types: ['Int32', 'String', 'Boolean'],
      rows: [
        [1, 'pump', true],
        [2, 'valve', false],
      ],
    },
  },
  {
    name: 'motor',
    type: 'Template',
    value: {
      version: 'v1',
      templateRef: 'Motor',
      isDefinition: false,
      metrics: [{ name: 'rpm', type: 'Int32', value: 1500 }],
      parameters: [
        { name: 'index', type: 'String', value: 'A' },
        { name: 'size', type: 'Double', value: 2.5 },
      ],
    },
  },
];

describe("Sparkplug payloads of Eclipse Tahu's library", () => {
  const births = new SparkplugBirths();
  const codec = codecNamed('sparkplug', { largeIntegers: 'bigint', births });

  it('are read exactly: a birth with each data type, and data by aliases', () => {
    const birth = codec.decode(BIRTH, {}, 'spBv1.0/plant/NBIRTH/edge');
    assert.deepEqual(birth.ok && birth.value, { timestamp: 1_700_000_000_000, seq: 0, metrics: METRICS });
    const data = codec.decode(DATA, {}, 'spBv1.0/plant/NDATA/edge');
    assert.deepEqual(data.ok && data.value, {
      timestamp: 1_700_000_001_000,
      seq: 1,
      metrics: [
        { name: 'i8', alias: 1, type: 'Int8', value: -9, timestamp: 1_700_000_001_000 },
        { name: 'u64', alias: 8, type: 'UInt64', value: 9_223_372_036_854_775_808n },
      ],
    });
    assert.deepEqual(data.ok && data.properties, { sparkplug: { stale: false } });
  });

  it('hold what comes back when it is sent', () => {
    const value = { timestamp: 1, seq: 0, metrics: METRICS };
    assert.deepEqual(roundTrip('sparkplug', value, 'bigint'), value);
  });
});
