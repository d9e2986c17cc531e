// Payloads of every kind, by every output of the core node, with and without the properties that say what they are.

import { type ReceiveCase, VERSIONS, type Version } from './moving-case';

const OUTPUTS = ['auto-detect', 'auto', 'utf8', 'json', 'buffer', 'base64'] as const;

const PAYLOADS: Readonly<Record<string, Buffer>> = {
  text: Buffer.from('plain text'),
  'text beyond ASCII': Buffer.from('Grüße 🌍'),
  'an empty payload': Buffer.alloc(0),
  'a JSON object': Buffer.from('{"a":1,"b":[true,null]}'),
  'a JSON array': Buffer.from('[1,2]'),
  'a JSON number': Buffer.from('21.50'),
  'a JSON string': Buffer.from('"on"'),
  'JSON true': Buffer.from('true'),
  'JSON null': Buffer.from('null'),
  'JSON with white space around it': Buffer.from(' {"a":1}\n'),
  'JSON that is cut off': Buffer.from('{"a":'),
  'a whole number beyond 2^53': Buffer.from('12345678901234567890'),
  'JSON with such a number': Buffer.from('{"id":12345678901234567890}'),
  'a byte order mark before JSON': Buffer.from('\uFEFF{"a":1}'),
  'bytes that are no text': Buffer.from([0xff, 0x00, 0x80]),
  'NUL in a text': Buffer.from('a\0b'),
};

const TYPES: readonly (string | undefined)[] = [
  undefined,
  'text/plain',
  'text/plain; charset=utf-8',
  'text/csv',
  'application/json',
  'application/json; charset=utf-8',
  'application/senml+json',
  'application/octet-stream',
  'application/xml',
  'application/zip',
  'image/png',
  'unknown/type',
];

const TYPED = ['text', 'a JSON object', 'JSON that is cut off', 'bytes that are no text'] as const;

function untyped(version: Version): ReceiveCase[] {
  return OUTPUTS.flatMap((output) =>
    Object.entries(PAYLOADS).map(([name, payload]) => one(version, output, `${name} as ${output}`, payload, {})),
  );
}

function one(
  version: Version,
  output: string,
  title: string,
  payload: Buffer,
  properties: Readonly<Record<string, unknown>>,
): ReceiveCase {
  return { kind: 'receive', title, version, output, payload, properties };
}

/** A content type or a format indicator, which the two outputs that detect look at. */
function typed(): ReceiveCase[] {
  const cases: ReceiveCase[] = [];
  for (const output of ['auto-detect', 'auto', 'json']) {
    for (const contentType of TYPES) {
      for (const name of TYPED) {
        for (const payloadFormatIndicator of contentType === undefined ? [true] : [undefined, true]) {
          if (output === 'json' && contentType !== 'text/plain') continue;
          const properties = {
            ...(contentType === undefined ? {} : { contentType }),
            ...(payloadFormatIndicator === undefined ? {} : { payloadFormatIndicator }),
          };
          const said = [contentType, payloadFormatIndicator ? 'format indicator' : undefined]
            .filter(Boolean)
            .join(', ');
          const payload = PAYLOADS[name] ?? Buffer.alloc(0);
          cases.push(one(5, output, `${name} with ${said} as ${output}`, payload, properties));
        }
      }
    }
  }
  return cases;
}

const PROPERTIES: readonly Readonly<Record<string, unknown>>[] = [
  { responseTopic: 'answer/here' },
  { correlationData: Buffer.from([1, 2, 3]) },
  { messageExpiryInterval: 60 },
  { userProperties: { a: '1', b: 'two' } },
  { userProperties: { a: ['1', '2'] } },
  { payloadFormatIndicator: false },
];

function withProperties(): ReceiveCase[] {
  return PROPERTIES.map((properties) =>
    one(5, 'utf8', `a publication with ${JSON.stringify(properties)}`, Buffer.from('x'), properties),
  );
}

export const receiveCases: readonly ReceiveCase[] = [...VERSIONS.flatMap(untyped), ...typed(), ...withProperties()];
