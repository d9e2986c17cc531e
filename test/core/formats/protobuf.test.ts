// The format Protobuf: schemas as users write them, and payloads that Google's own compiler (protoc 3.21) has encoded.

import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { CodecOptions } from '#src/core/payloads/codec';
import type { FormatTools } from '#src/core/payloads/payload-format';
import { parseProtobufSchema } from '#src/core/payloads/protobuf-schema';
import { shown } from '#src/core/values/plain-value';
import { decoded, encoded, refusal, roundTrip } from './format-runs';

const SCHEMA = `syntax = "proto3";
package plant;
import "google/protobuf/timestamp.proto";
enum State { OFF = 0; ON = 1; }
message Reading {
  string device_id = 1; double value = 2; State state = 3; int64 counter = 4; repeated int32 samples = 5;
  map<string, uint64> totals = 6; bytes raw = 7; google.protobuf.Timestamp at = 8; optional bool ok = 9; Part part = 10;
  message Part { sint32 n = 1; }
  float ratio = 11; map<int32, string> rows = 12; map<uint64, string> serials = 13;
}`;

const PAYLOAD = Buffer.from(
  '0a0670756d702d31110000000000803540180120ffffffffffffffff7f2a0d01feffffffffffffffff01ac0232100a036b776810ffffffffffffffffff013a0200ff42080880e2cfaa06100552020805',
  'hex',
);

const READING = {
  device_id: 'pump-1',
  value: 21.5,
  state: 'ON',
  counter: '9223372036854775807',
  samples: [1, -2, 300],
  totals: { kwh: '18446744073709551615' },
  raw: Buffer.from([0, 255]),
  at: { seconds: '1700000000', nanos: 5 },
  part: { n: -3 },
  // No bytes stand for these.
  ratio: 0,
  rows: {},
  serials: {},
};

function noImports(path: string): never {
  throw new Error(`there is no ${path}`);
}

/** What a node says that reads `messageType` of `schema`. */
function readingOf(messageType: string, schema: string): Partial<CodecOptions> {
  return { formatOptions: { protobuf: { schema, messageType } } };
}

describe('Protobuf', () => {
  const reading = readingOf('Reading', SCHEMA);

  it('reads what protoc has encoded, with the names as they are written', () => {
    assert.deepEqual(decoded('protobuf', PAYLOAD, reading), READING);
  });

  it('takes 0 and 1 for a flag, and the number of a word as a text', () => {
    for (const [value, read] of [
      [
        { ok: 1, state: '1' },
        { ok: true, state: 'ON' },
      ],
      [
        { ok: 0, state: 1 },
        { ok: false, state: 'ON' },
      ],
    ] as const) {
      const { ok, state } = decoded('protobuf', encoded('protobuf', value, reading) as Buffer, reading) as typeof read;
      assert.deepEqual({ ok, state }, read);
    }
  });

  it('gives integers of 64 bits as BigInts where they are asked for', () => {
    const value = decoded('protobuf', PAYLOAD, { ...reading, largeIntegers: 'bigint' }) as typeof READING;
    assert.deepEqual(
      [value.counter, value.totals, value.at.seconds],
      [2n ** 63n - 1n, { kwh: 2n ** 64n - 1n }, 1_700_000_000n],
    );
  });

  it('encodes what it has decoded', () => {
    assert.deepEqual(encoded('protobuf', READING, reading), PAYLOAD);
    assert.deepEqual(roundTrip('protobuf', READING, reading), READING);
  });

  it('adds the default values that proto3 leaves out', () => {
    const { ok, ...value } = decoded('protobuf', Buffer.from('0a0178', 'hex'), reading) as Record<string, unknown>;
    assert.equal(ok, undefined, 'an optional field says that it is not there');
    assert.deepEqual(
      [value.device_id, value.value, value.state, value.counter, value.samples, value.part],
      ['x', 0, 'OFF', '0', [], null],
    );
  });

  it('reads a message all of whose fields are left out, which is an empty payload', () => {
    assert.equal((decoded('protobuf', Buffer.alloc(0), reading) as { value: number }).value, 0);
  });

  it('reads by the content type where the node knows the message', () => {
    const hints = { contentType: 'application/x-protobuf' };
    assert.deepEqual(decoded('auto', PAYLOAD, reading, hints), READING);
  });

  it('finds a message by its full name or by its last part, unless two have it', () => {
    const schema =
      'syntax = "proto3"; message A { message P { int32 a = 1; } } message B { message P { int32 b = 1; } }';
    const result = parseProtobufSchema(schema, noImports);
    assert.ok(result.ok);
    assert.deepEqual(result.schema.messageTypes, ['A', 'B', 'A.P', 'B.P']);
    assert.ok(result.schema.message('A.P'));
    assert.ok(result.schema.message('.B.P'));
    for (const name of ['P', '', 'C', 'constructor']) assert.equal(result.schema.message(name), undefined, name);
  });

  it('reads imports, and each once', () => {
    const files: Record<string, string> = {
      'a.proto': 'syntax = "proto3"; import "b.proto"; message A { B b = 1; }',
      'b.proto': 'syntax = "proto3"; import "a.proto"; message B { int32 n = 1; }',
    };
    files['top.proto'] = 'syntax = "proto3"; import "a.proto"; message Top { A a = 1; }';
    const tools: FormatTools = { readText: (path) => files[path] ?? noImports(path), once: (_key, make) => make() };
    const protobuf = { schema: 'top.proto', schemaFrom: 'file', messageType: 'Top' };
    const top = { formatOptions: { protobuf }, tools };
    assert.deepEqual(roundTrip('protobuf', { a: { b: { n: 7 } } }, top), { a: { b: { n: 7 } } });
  });

  it('limits the number of imported files', () => {
    const schema = (number: number): string => `syntax = "proto3"; import "${number}.proto";`;
    const result = parseProtobufSchema(schema(0), (path) => schema(Number.parseInt(path, 10) + 1));
    assert.ok(!result.ok);
    assert.match(result.detail, /^more than \d+ imports/);
  });

  for (const [what, schema, sentence] of [
    ['a slip', 'syntax = "proto3";\nmessage A {\n  int32 a 1;\n}', /illegal token '1'.*line 3/],
    ['an unknown type', 'syntax = "proto3"; message A { Nope n = 1; }', /no such Type or Enum .Nope./],
    ['a missing import', 'syntax = "proto3"; import "x.proto";', /there is no x\.proto/],
    ['a text that goes on', 'syntax = "proto3"; message A {', /illegal/],
  ] as const) {
    it(`says what is wrong with a schema: ${what}`, () => {
      const result = parseProtobufSchema(schema, noImports);
      assert.ok(!result.ok);
      assert.match(result.detail, sentence);
    });
  }

  for (const [value, sentence] of [
    [{ device: 'x' }, 'Reading has no field "device"'],
    [{ part: { m: 1 } }, 'Reading.part has no field "m"'],
    [{ state: 'BROKEN' }, 'Reading.state has no value "BROKEN"'],
    [{ counter: 'many' }, 'Reading.counter wants a whole number'],
    [{ counter: 1.5 }, 'Reading.counter wants a whole number'],
    [{ counter: 2n ** 63n }, 'Reading.counter wants a number from -9223372036854775808 to 9223372036854775807'],
    [{ samples: [2 ** 31] }, 'Reading.samples[0] wants a number from -2147483648 to 2147483647'],
    [{ samples: 1 }, 'Reading.samples wants an array'],
    [{ part: 'x' }, 'Reading.part wants an object'],
    [{ part: [1] }, 'Reading.part wants an object'],
    [{ totals: new Map([['kwh', 1]]) }, 'Reading.totals wants an object'],
    [{ totals: 7 }, 'Reading.totals wants an object'],
    ['text', 'Reading wants an object'],
    [{ ok: 'yes' }, 'Reading.ok wants true or false'],
    [{ ok: '' }, 'Reading.ok wants true or false'],
    [{ value: 'abc' }, 'Reading.value wants a number'],
    [{ value: ' ' }, 'Reading.value wants a number'],
    [{ value: true }, 'Reading.value wants a number'],
    [{ value: '1e999' }, `Reading.value wants a number from ${-Number.MAX_VALUE} to ${Number.MAX_VALUE}`],
    [{ ratio: 1e40 }, 'Reading.ratio wants a number from -3.4028234663852886e+38 to 3.4028234663852886e+38'],
    [{ device_id: {} }, 'Reading.device_id wants a text'],
    [{ state: 1.5 }, 'Reading.state wants a word of State or its number'],
    [{ state: true }, 'Reading.state wants a word of State or its number'],
    [{ raw: [1, 2, 300] }, 'Reading.raw wants a Buffer, Base64, or an array of numbers from 0 to 255'],
    [{ raw: new Uint16Array([300]) }, 'Reading.raw wants a Buffer, Base64, or an array of numbers from 0 to 255'],
    [{ rows: { 99999999999: 'x' } }, 'a key of Reading.rows wants a number from -2147483648 to 2147483647'],
    [{ serials: { '-1': 'x' } }, 'a key of Reading.serials wants a number from 0 to 18446744073709551615'],
    // protobufjs takes eight characters for the eight bytes of a number.
    [{ serials: { abcdefgh: 'x' } }, 'a key of Reading.serials wants a whole number'],
    // Names that every object has.
    [{ constructor: 1 }, 'Reading has no field "constructor"'],
    [{ part: { toString: 'x' } }, 'Reading.part has no field "toString"'],
  ] as const) {
    it(`refuses a value that it cannot encode completely: ${sentence} (${shown(value)})`, () => {
      assert.equal(encoded('protobuf', value, reading), `noBinaryForm ${sentence}`);
    });
  }

  for (const [value, received = value] of [
    [{ ok: 'false' }, { ok: false }],
    [{ ok: 'true' }, { ok: true }],
    [{ value: Number.NaN }],
    [{ value: Number.NEGATIVE_INFINITY }],
    // As the JSON of Protobuf has them.
    [
      { value: 'Infinity', ratio: 'NaN' },
      { value: Number.POSITIVE_INFINITY, ratio: Number.NaN },
    ],
    [
      { value: '1.5e3', ratio: 5n },
      { value: 1500, ratio: 5 },
    ],
    [{ ratio: 3.4028234663852886e38 }],
    [{ value: 1e300 }],
    [{ device_id: 5 }, { device_id: '5' }],
    [{ state: 7 }],
    [{ raw: [1, 2, 255] }, { raw: Buffer.from([1, 2, 255]) }],
    [{ raw: 'AQL/' }, { raw: Buffer.from([1, 2, 255]) }],
    [{ rows: { '-2147483648': 'low', '00000007': 'x' } }, { rows: { '-2147483648': 'low', 7: 'x' } }],
    [
      { serials: { '18446744073709551615': 'last', '00000007': 'x' } },
      { serials: { '18446744073709551615': 'last', 7: 'x' } },
    ],
  ] as const) {
    it(`sends ${inspect(value)} as it is meant`, () => {
      const back = roundTrip('protobuf', value, reading) as Readonly<Record<string, unknown>>;
      for (const [name, expected] of Object.entries(received)) assert.deepEqual(back[name], expected, name);
    });
  }

  it('reports bytes that are no such message, and never throws', () => {
    for (const hex of ['0aff', '11', 'ff', `52${'ff'.repeat(4)}0f`]) {
      assert.match(refusal('protobuf', Buffer.from(hex, 'hex'), reading), /^notProtobuf /, hex);
    }
  });

  it('copies bytes, since other subscribers read the same payload', () => {
    const payload = Buffer.from(PAYLOAD);
    (decoded('protobuf', payload, reading) as { raw: Buffer }).raw.fill(9);
    assert.deepEqual(payload, PAYLOAD);
  });
});
