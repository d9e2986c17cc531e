// What somebody would write who has the library of a payload format, and no node for it.

const { gunzipSync } = require('node:zlib');
const { join } = require('node:path');

const SPARKPLUG = 'org.eclipse.tahu.protobuf.Payload';

/** The function that reads a payload. */
exports.reader = function reader({ format, compression, schema, messageType }) {
  const read = plainReader(format, schema, messageType);
  return compression ? (payload) => read(gunzipSync(payload)) : read;
};

function plainReader(format, schema, messageType) {
  switch (format) {
    case 'json':
      return (payload) => JSON.parse(payload.toString());
    case 'cbor': {
      const { decode } = require('../../dist/cborg.js');
      return (payload) => decode(payload);
    }
    case 'messagepack': {
      const { decode } = require('@msgpack/msgpack');
      return (payload) => decode(payload);
    }
    case 'protobuf':
      return protobufReader(schema, messageType);
    case 'sparkplug': {
      const { SPARKPLUG_PROTO } = require(join(__dirname, '../../build/src/core/payloads/formats/sparkplug-schema.js'));
      return protobufReader(SPARKPLUG_PROTO, SPARKPLUG);
    }
    default:
      return (payload) => payload;
  }
}

function protobufReader(schema, messageType) {
  const protobuf = require('protobufjs');
  const type = protobuf.parse(schema, { keepCase: true }).root.lookupType(messageType);
  return (payload) => type.toObject(type.decode(payload), { longs: String, enums: String, defaults: true });
}
