// Google's own types, which come with the package: one message with all of them, encoded by Google's protobuf for Python
// 7.36.2 from the value of the test.

import assert from 'node:assert/strict';
import { decoded, encoded } from './format-runs';

const SCHEMA = `syntax = "proto3";
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
message All {
  google.protobuf.Any any = 1; google.protobuf.Duration duration = 2; google.protobuf.Empty empty = 3;
  google.protobuf.FieldMask mask = 4; google.protobuf.Struct struct = 5; google.protobuf.Value value = 6;
  google.protobuf.ListValue list = 7; google.protobuf.Timestamp timestamp = 8; google.protobuf.DoubleValue double = 9;
  google.protobuf.Int64Value int64 = 10; google.protobuf.UInt64Value uint64 = 11; google.protobuf.Int32Value int32 = 12;
  google.protobuf.BoolValue bool = 13; google.protobuf.StringValue string = 14; google.protobuf.BytesValue bytes = 15;
  google.protobuf.NullValue nothing = 16;
}`;

const PAYLOAD = Buffer.from(
  '0a1f0a17747970652e676f6f676c65617069732e636f6d2f416c6c120412020805121608fdffffffffffffffff0110fbffffffffffffffff011a0022080a03612e620a01632a100a0e0a016e120911000000000000f83f320c2a0a0a080a026f6e120220013a180a031a01780a0208000a0d320b0a0911000000000000000042080880e2cfaa0610054a00520b08808080808080808080015a0b08ffffffffffffffffff01620b08ffffffffffffffffff016a0072007a040a0200ff',
  'hex',
);

const VALUE = {
  any: { type_url: 'type.googleapis.com/All', value: Buffer.from('12020805', 'hex') },
  duration: { seconds: -3n, nanos: -5 },
  empty: {},
  mask: { paths: ['a.b', 'c'] },
  struct: { fields: { n: { numberValue: 1.5 } } },
  value: { structValue: { fields: { on: { boolValue: true } } } },
  list: {
    values: [{ stringValue: 'x' }, { nullValue: 'NULL_VALUE' }, { listValue: { values: [{ numberValue: 0 }] } }],
  },
  timestamp: { seconds: 1_700_000_000n, nanos: 5 },
  double: { value: 0 },
  int64: { value: -(2n ** 63n) },
  uint64: { value: 2n ** 64n - 1n },
  int32: { value: -1 },
  bool: { value: false },
  string: { value: '' },
  bytes: { value: Buffer.from([0, 255]) },
  nothing: 'NULL_VALUE',
};

describe("Protobuf's well-known types", () => {
  const options = {
    largeIntegers: 'bigint',
    formatOptions: { protobuf: { schema: SCHEMA, messageType: 'All' } },
  } as const;

  it('are read as Python has encoded them', () => {
    assert.deepEqual(decoded('protobuf', PAYLOAD, options), VALUE);
  });

  it('are made as Python makes them', () => {
    assert.deepEqual(encoded('protobuf', VALUE, options), PAYLOAD);
  });
});
