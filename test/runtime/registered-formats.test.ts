// Payload formats that another package has registered as plugins of Node-RED.

import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import { DEFAULT_OPTIONS } from '#src/core/payloads/formats/find-codec';
import { NodeCodecs } from '#src/runtime/node/node-codecs';
import { FORMAT_PLUGIN, registeredFormats } from '#src/runtime/node/registered-formats';

const REVERSED = {
  format: 'reversed',
  mediaType: 'text/x-reversed',
  decode: (payload: Buffer, { topic }: { topic: string }) => {
    if (payload.length === 1) throw new Error(`too short on ${topic}`);
    return payload.toString().split('').reverse().join('');
  },
  encode: (value: unknown) => {
    if (typeof value !== 'string') throw new Error('wants a text');
    return value.split('').reverse().join('');
  },
};

/** Node-RED as far as formats see it, with `plugins`. */
function redWith(plugins: readonly unknown[]): NodeAPI {
  const getByType = (type: string): readonly unknown[] => (type === FORMAT_PLUGIN ? plugins : []);
  // The formats use nothing else of Node-RED.
  return { plugins: { getByType }, settings: {} } as unknown as NodeAPI;
}

function codecs(...plugins: unknown[]): NodeCodecs {
  const settings = { format: 'auto', maximumBytes: 1000, schema: '', schemaFrom: 'text', messageType: '' } as const;
  return new NodeCodecs(redWith(plugins), settings, DEFAULT_OPTIONS.largeIntegers);
}

describe('A format of another package', () => {
  it('is read by *detect* where a content type names it, and ours stay ours', () => {
    const found = codecs({ ...REVERSED, mediaTypes: ['Application/X-Back', 'application/json'] }).find('auto');
    assert.ok(found.ok);
    const { decode } = found.value;
    const payload = Buffer.from('[1]');
    const readAs = (contentType: string): unknown => {
      const result = decode(payload, { contentType }, 'a');
      return result.ok && result.value;
    };
    assert.equal(readAs('text/x-reversed'), ']1[');
    assert.equal(readAs('application/x-back; v=1'), ']1[');
    assert.deepEqual(readAs('application/json'), [1]);
  });

  it('is not read by a content type with parameters, which is that of others as well', () => {
    const found = codecs({ ...REVERSED, mediaType: 'text/plain; charset=reversed' }).find('auto');
    assert.ok(found.ok);
    assert.deepEqual(found.value.decode(Buffer.from('ab'), { contentType: 'text/plain' }, 'a'), {
      ok: true,
      value: 'ab',
    });
  });

  it('that makes more levels than Node-RED can copy is refused', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 1001; level++) deep = level % 2 ? { deep } : [deep];
    const found = codecs({ ...REVERSED, decode: () => deep }).find('reversed');
    assert.ok(found.ok);
    const result = found.value.decode(Buffer.from('ab'), {}, 'a');
    assert.equal(!result.ok && result.problem, 'tooDeep');
  });

  it('is used by its name, with and without a compression', () => {
    for (const name of ['reversed', 'gzip+reversed']) {
      const found = codecs(REVERSED).find(name);
      assert.ok(found.ok);
      const sent = found.value.encode('abc');
      assert.ok(sent.ok);
      const received = found.value.decode(Buffer.from(sent.payload), {}, 't');
      assert.deepEqual(received, { ok: true, value: 'abc' });
    }
  });

  it('may throw, which is an error of that message only', () => {
    const found = codecs(REVERSED).find('reversed');
    assert.ok(found.ok);
    const expected = { ok: false, problem: 'unreadable', detail: 'too short on t' };
    assert.deepEqual(found.value.decode(Buffer.from('x'), {}, 't'), expected);
    assert.deepEqual(found.value.encode(1), { ok: false, problem: 'noBinaryForm', detail: 'wants a text' });
  });

  it('cannot replace a built-in format, and is ignored if incomplete', () => {
    const cbor = codecs({ ...REVERSED, format: 'json' }).find('json');
    assert.ok(cbor.ok);
    assert.deepEqual(cbor.value.decode(Buffer.from('1'), {}, 't'), { ok: true, value: 1 });
    const broken = [null, {}, { format: 'a' }, { ...REVERSED, encode: undefined }, { ...REVERSED, format: '' }];
    assert.deepEqual(registeredFormats(redWith(broken)), []);
  });

  it('is unknown while its package is missing', () => {
    const found = codecs().find('reversed');
    assert.ok(!found.ok);
    assert.equal(found.error.code, 'format-unknown');
  });
});
