// The values of Sparkplug metrics: each type goes out and comes back, and what does not fit is named with its place.

import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import type { LargeIntegers } from '#src/core/payloads/large-numbers';
import { codecNamed, encoded, roundTrip } from './format-runs';

/** One value of each type, at an end of its range. */
const VALUES: Readonly<Record<string, unknown>> = {
  Int8: -128,
  Int16: -32_768,
  Int32: -2_147_483_648,
  Int64: '-9223372036854775808',
  UInt8: 255,
  UInt16: 65_535,
  UInt32: 4_294_967_295,
  UInt64: '18446744073709551615',
  Float: 1.5,
  Double: 0.1,
  Boolean: true,
  String: 'ü',
  DateTime: 1_700_000_000_000,
  Text: 'long',
  UUID: '7d444840-9dc0-11d1-b245-5ffdce74fad2',
  Bytes: Buffer.from([0, 255]),
  File: Buffer.from([1]),
  Int8Array: [-128, 127],
  Int16Array: [-32_768],
  Int32Array: [-2_147_483_648, 7],
  Int64Array: ['-9223372036854775808', 7],
  UInt8Array: [0, 255],
  UInt16Array: [65_535],
  UInt32Array: [4_294_967_295],
  UInt64Array: ['18446744073709551615', 1],
  FloatArray: [1.5, -2],
  DoubleArray: [0.1],
  BooleanArray: [true, false, true, true, false, false, true, false, true],
  StringArray: ['a', '', 'ü'],
  DateTimeArray: [1_700_000_000_000],
};

function sent(metric: object, largeIntegers: LargeIntegers = 'text'): Record<string, unknown> {
  const { metrics } = roundTrip('sparkplug', { metrics: [{ name: 'm', ...metric }] }, largeIntegers) as {
    metrics: Record<string, unknown>[];
  };
  const [first] = metrics;
  assert.ok(first);
  return first;
}

describe('The values of Sparkplug metrics', () => {
  for (const [type, value] of Object.entries(VALUES)) {
    it(`${type} is decoded as it was encoded`, () =>
      assert.deepEqual(sent({ type, value }), { name: 'm', type, value }));

    it(`${type} may be null`, () => assert.deepEqual(sent({ type, value: null }), { name: 'm', type, value: null }));
  }

  it('whole numbers beyond what a number holds are BigInts where they are asked for', () => {
    assert.equal(sent({ type: 'UInt64', value: 2n ** 64n - 1n }, 'bigint').value, 2n ** 64n - 1n);
    assert.deepEqual(sent({ type: 'Int64Array', value: [-(2n ** 63n)] }, 'bigint').value, [-(2n ** 63n)]);
    assert.equal(sent({ value: 2n ** 40n }).type, 'Int64');
  });

  it('a type may be its number, and a Date a DateTime, also of another realm', () => {
    assert.equal(sent({ type: 13, value: runInNewContext('new Date(5000)') }).value, 5000);
    assert.deepEqual(sent({ value: Buffer.from([1]) }), { name: 'm', type: 'Bytes', value: Buffer.from([1]) });
  });

  it('a metric keeps its other fields', () => {
    const metric = {
      alias: 7,
      type: 'Int32',
      value: 1,
      timestamp: 5,
      historical: true,
      transient: true,
      metadata: { content_type: 'text/plain', size: 3, file_name: 'a' },
      properties: {
        unit: { type: 'String', value: '°C' },
        nothing: { type: 'String', value: null },
        inner: { type: 'PropertySet', value: { low: { type: 'Int8', value: -1 } } },
        list: { type: 'PropertySetList', value: [{ a: { type: 'Boolean', value: true } }, {}] },
      },
    };
    assert.deepEqual(sent(metric), { name: 'm', ...metric });
  });

  it('a property may be its value alone', () => {
    assert.deepEqual(sent({ type: 'Int8', value: 1, properties: { unit: 'V', factor: 2 } }).properties, {
      unit: { type: 'String', value: 'V' },
      factor: { type: 'Int64', value: 2 },
    });
  });

  it('a data set has its rows, with null where a value is missing', () => {
    const value = { columns: ['id', 'x'], types: ['Int32', 'Double'], rows: [[1, 0.5], [2, null], []] };
    assert.deepEqual(sent({ type: 'DataSet', value }).value, value);
    const empty = { columns: [], types: [], rows: [] };
    assert.deepEqual(sent({ type: 'DataSet', value: empty }).value, empty);
  });

  it('a template has metrics and parameters', () => {
    const value = {
      version: '2',
      templateRef: 'Motor',
      isDefinition: false,
      metrics: [{ name: 'rpm', type: 'Int32', value: 1500 }],
      parameters: [
        { name: 'index', type: 'Int32', value: 1 },
        { name: 'label', type: 'String', value: null },
      ],
    };
    assert.deepEqual(sent({ type: 'Template', value }).value, value);
    const definition = { isDefinition: true, metrics: [], parameters: [] };
    assert.deepEqual(sent({ type: 'Template', value: { isDefinition: true } }).value, definition);
  });

  it('a payload keeps its other fields', () => {
    const payload = { timestamp: 9, seq: 255, metrics: [], uuid: 'schema', body: Buffer.from([1, 2]) };
    assert.deepEqual(roundTrip('sparkplug', payload), payload);
  });

  for (const [metric, problem] of [
    [{ type: 'Float', value: 1e40 }, 'value is no Float'],
    [{ type: 'FloatArray', value: [1e40] }, 'value is no Float'],
    [{ type: 'BooleanArray', value: ['false'] }, 'value wants true or false'],
    [{ type: 'UInt8', value: -1 }, 'value is no UInt8'],
    [{ type: 'Int64', value: '99999999999999999999' }, 'value is no Int64'],
    [{ type: 'Int32', value: 1.5 }, 'value wants a whole number'],
    [{ type: 'Int32', value: 'x' }, 'value wants a whole number'],
    [{ type: 'Double', value: '1' }, 'value wants a number'],
    [{ type: 'String', value: 1 }, 'value wants a text'],
    [{ type: 'Bytes', value: 'x' }, 'value wants a Buffer'],
    [{ type: 'FloatArray', value: 1 }, 'value wants an array'],
    [{ type: 'FloatArray', value: ['x'] }, 'value wants a number'],
    [{ type: 'Int16Array', value: [1.5] }, 'value wants a whole number'],
    [{ type: 'UInt32Array', value: [Number.NaN] }, 'value wants a whole number'],
    [{ type: 'StringArray', value: ['a\0b'] }, 'value wants texts without NUL'],
    [{ type: 'StringArray', value: [null] }, 'value wants texts without NUL'],
    [{ type: 'DataSet', value: { columns: [], types: [] } }, 'value.rows wants an array'],
    [{ type: 'DataSet', value: 1 }, 'value wants an object'],
    [{ type: 'Template', value: { metrics: [1] } }, 'value.metrics[0] wants an object'],
    [{ value: {} }, 'value wants an array'],
  ] as const) {
    it(`is refused: ${JSON.stringify(metric)}`, () => {
      const result = encoded('sparkplug', { metrics: [{ name: 'm', ...metric }] });
      assert.equal(result, `noBinaryForm metrics[0].${problem}`);
    });
  }

  it('arrays whose bytes do not fit their type arrive as bytes', () => {
    const read = (datatype: number, bytes: string): unknown => {
      // Field 2 of the payload: a metric with datatype (4) and bytes (16).
      const value = Buffer.from(bytes, 'hex');
      const metric = Buffer.concat([Buffer.from([0x20, datatype, 0x82, 0x01, value.length]), value]);
      const payload = Buffer.concat([Buffer.from([0x12, metric.length]), metric]);
      const result = codecNamed('sparkplug').decode(payload, {}, 'spBv1.0/g/NDATA/n');
      assert.ok(result?.ok);
      return (result.value as { metrics: { value: unknown }[] }).metrics[0]?.value;
    };
    assert.deepEqual(read(23, '010203'), Buffer.from('010203', 'hex'));
    assert.deepEqual(read(32, '01'), Buffer.from('01', 'hex'));
    assert.deepEqual(read(32, 'ffffffff00'), Buffer.from('ffffffff00', 'hex'));
    assert.deepEqual(read(33, '6162'), ['ab']);
    assert.deepEqual(read(99, '00'), Buffer.from([0]));
  });
});
