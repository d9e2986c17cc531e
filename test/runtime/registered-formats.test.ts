// Payload formats that another package has registered as plugins of Node-RED.

import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import { DEFAULT_OPTIONS } from '#src/core/payloads/formats/find-codec';
import type { DecodeContext, EncodeContext, FormatTools } from '#src/core/payloads/payload-format';
import { usableOptions } from '#src/core/values/options-schema';
import { NodeCodecs } from '#src/runtime/node/node-codecs';
import { FORMAT_PLUGIN, registeredFormats } from '#src/runtime/node/registered-formats';
import type { FormatSettings } from '#src/settings/format.config';

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

function codecsWith(formatOptions: FormatSettings['formatOptions'], ...plugins: unknown[]): NodeCodecs {
  const settings = {
    format: 'auto',
    maximumBytes: 1000,
    schema: '',
    schemaFrom: 'text',
    messageType: '',
    formatOptions,
  } as const;
  return new NodeCodecs(redWith(plugins), settings, DEFAULT_OPTIONS.largeIntegers);
}

function codecs(...plugins: unknown[]): NodeCodecs {
  return codecsWith({}, ...plugins);
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

  describe('with options', () => {
    const REPEATED = {
      format: 'repeated',
      options: {
        mark: { type: 'string', enum: ['+', '-'], default: '+' },
        times: { type: 'integer', minimum: 1, maximum: 5, default: 1 },
        note: { type: 'string' },
        broken: 7,
      },
      prepared: 0,
      prepare({ mark, times }: DecodeContext['options']) {
        if (mark === '-' && times === 5) throw new Error('five times - is too much');
        this.prepared++;
        return String(mark).repeat(Number(times));
      },
      decode: (payload: Buffer, { prepared, options, topic }: DecodeContext) => [
        ...[String(payload).slice(String(prepared).length), options, topic],
      ],
      encode: (value: unknown, { prepared }: EncodeContext) => `${prepared}${value}`,
    };

    function sent(saved: object): unknown {
      const found = codecsWith({ repeated: { ...saved } }, REPEATED).find('repeated');
      if (!found.ok) return [found.error.code, found.error.params];
      const encoded = found.value.encode('x');
      return encoded.ok && encoded.payload;
    }

    it('gets the defaults, and what is set, in its type', () => {
      assert.equal(sent({}), '+x');
      assert.equal(sent({ mark: '-', times: '3' }), '---x');
      assert.equal(sent({ mark: ' ', times: '' }), '+x');
      const found = codecsWith({ repeated: { note: 7, unknown: 1 } }, REPEATED).find('gzip+repeated');
      assert.ok(found.ok);
      const encoded = found.value.encode('y');
      assert.ok(encoded.ok);
      const result = found.value.decode(Buffer.from(encoded.payload), {}, 'a/b');
      assert.deepEqual(result.ok && result.value, ['y', { mark: '+', times: 1, note: '7' }, 'a/b']);
    });

    it('stops the node where a value does not fit, and says what is expected', () => {
      const property = 'formatOptions.repeated.times';
      const expected = '1 … 5';
      assert.deepEqual(sent({ times: 6 }), ['config-invalid', { property, value: '6', expected }]);
      assert.deepEqual(sent({ times: 1.5 }), ['config-invalid', { property, value: '1.5', expected }]);
      assert.deepEqual(sent({ mark: '*' }), [
        'config-invalid',
        { property: 'formatOptions.repeated.mark', value: '*', expected: '+, -' },
      ]);
    });

    it('gets the usable parts of a schema that is written wrongly', () => {
      const options = {
        mode: { type: 'string', enum: { a: 1 }, default: 'a', title: 7 },
        size: { type: 'integer', enum: [1, null, 2], minimum: 'x', default: [] },
      };
      const wrong = {
        ...REVERSED,
        format: 'wrong',
        options,
        encode: (_: unknown, context: EncodeContext) => JSON.stringify(context.options),
      };
      const found = codecsWith({ wrong: { mode: 'b', size: '2' } }, wrong).find('wrong');
      assert.ok(found.ok);
      assert.equal((found.value.encode(1) as { payload?: unknown }).payload, '{"mode":"b","size":2}');
      assert.deepEqual(usableOptions(options), {
        mode: { type: 'string', default: 'a' },
        size: { type: 'integer', enum: [1, 2] },
      });
    });

    it('is prepared once for each place, and may say that it cannot work so', () => {
      const found = codecsWith({}, REPEATED).find('repeated');
      assert.ok(found.ok);
      const before = REPEATED.prepared;
      for (let count = 0; count < 3; count++) found.value.encode('x');
      assert.equal(REPEATED.prepared, before);
      const detail = 'five times - is too much';
      assert.deepEqual(sent({ mark: '-', times: 5 }), ['format-unusable', { format: 'repeated', detail }]);
    });

    it('is left out by *detect* where it cannot work without options, and is an error where it has wrong ones', () => {
      const needy = {
        ...{ ...REPEATED, mediaType: 'x/needy', options: { key: { type: 'string' } } },
        prepare({ key }: DecodeContext['options']) {
          if (key === undefined) throw new Error('a key is missing');
          return key;
        },
      };
      const readWith = (saved: FormatSettings['formatOptions']): unknown => {
        const found = codecsWith(saved, needy).find('auto');
        if (!found.ok) return found.error.code;
        const result = found.value.decode(Buffer.from('kab'), { contentType: 'x/needy' }, 't');
        return result.ok && result.value;
      };
      assert.equal(readWith({}), 'kab');
      assert.deepEqual(readWith({ repeated: { key: 'k' } }), ['ab', { key: 'k' }, 't']);
      assert.equal(readWith({ repeated: { key: '' } }), 'format-unusable');
    });
  });

  it('that returns a promise is an error, and no unhandled rejection', () => {
    const later = (): Promise<never> => Promise.reject(new Error('late'));
    const found = codecs({ ...REVERSED, decode: later, encode: later }).find('reversed');
    assert.ok(found.ok);
    const detail = 'it returned a promise';
    assert.deepEqual(found.value.decode(Buffer.from('ab'), {}, 't'), { ok: false, problem: 'unreadable', detail });
    assert.deepEqual(found.value.encode('a'), { ok: false, problem: 'noBinaryForm', detail });
    const unprepared = codecs({ ...REVERSED, prepare: later }).find('reversed');
    assert.deepEqual(!unprepared.ok && unprepared.error.params, { format: 'reversed', detail });
  });

  it('says a content type only where it is a text', () => {
    const found = codecs({ ...REVERSED, mediaType: 7 }).find('reversed');
    assert.ok(found.ok);
    assert.deepEqual(found.value.encode('ab'), { ok: true, payload: 'ba', contentType: undefined });
    const own = codecs({ ...REVERSED, encode: () => ({ payload: 'a', contentType: 7 }) }).find('reversed');
    assert.ok(own.ok);
    assert.deepEqual(own.value.encode('ab'), { ok: true, payload: 'a', contentType: undefined });
  });

  it('keeps what it makes once for itself, whatever the keys of others', () => {
    const keeping = (format: string) => ({
      ...REVERSED,
      format,
      prepare: (_options: unknown, { once }: FormatTools) => once('protobuf', () => format),
      encode: (_value: unknown, { prepared }: EncodeContext) => String(prepared),
    });
    const all = codecs(keeping('one'), keeping('two'));
    const made = ['one', 'two', 'one'].map((name) => {
      const found = all.find(name);
      const encoded = found.ok && found.value.encode(1);
      return encoded ? encoded.ok && encoded.payload : undefined;
    });
    assert.deepEqual(made, ['one', 'two', 'one']);
  });

  it('may say more than the payload: parameters of the topic, and something under its name', () => {
    const telling = {
      ...REVERSED,
      decode(payload: Buffer, context: DecodeContext) {
        context.params = { first: context.topic.slice(0, 1) };
        context.info = { type: context.contentType };
        return String(payload);
      },
    };
    const found = codecs(telling).find('reversed');
    assert.ok(found.ok);
    assert.deepEqual(found.value.decode(Buffer.from('ab'), { contentType: 'text/x' }, 'room'), {
      ...{ ok: true, value: 'ab', params: { first: 'r' }, properties: { reversed: { type: 'text/x' } } },
    });
  });

  it('is unknown while its package is missing', () => {
    const found = codecs().find('reversed');
    assert.ok(!found.ok);
    assert.equal(found.error.code, 'format-unknown');
  });
});
