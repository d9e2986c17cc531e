// A message survives its line in a recording, whatever is in it, and a line from elsewhere does no harm.

import assert from 'node:assert/strict';
import { messageLine, type RecordedMessage } from '#src/core/recordings/message-line';
import { readLine } from '#src/core/recordings/read-line';

function message(over: Partial<RecordedMessage> = {}): RecordedMessage {
  const plain = { time: 1_700_000_000_123, topic: 'a/b', qos: 1, retain: false, stored: false } as const;
  return { ...plain, payload: Buffer.from('21.5'), properties: undefined, ...over };
}

function problem(line: string): string {
  const read = readLine(line);
  return read.kind === 'invalid' ? read.problem : read.kind;
}

describe('A line of a recording', () => {
  const cases: readonly [string, Partial<RecordedMessage>][] = [
    ['text', {}],
    ['no payload', { payload: Buffer.alloc(0), retain: true }],
    ['bytes that are no text', { payload: Buffer.from([0xff, 0, 0x80]) }],
    ['a byte order mark', { payload: Buffer.from('\uFEFFx') }],
    ['line feeds, quotes and characters of all planes', { payload: Buffer.from('"a"\n\u2028😀\r\n'), topic: 'ä/"/😀' }],
    ['what the server had stored', { retain: true, stored: true, qos: 2 }],
    [
      'all properties',
      {
        properties: {
          payloadFormatIndicator: true,
          messageExpiryInterval: 60,
          contentType: 'text/plain',
          responseTopic: 'r',
          correlationData: Buffer.from([0, 255]),
          userProperties: { a: ['1', '2'], b: '3', ['__proto__']: '4' },
        },
      },
    ],
  ];
  for (const [what, over] of cases) {
    it(`gives back ${what}`, () => {
      const line = messageLine(message(over));
      assert.equal(line.indexOf('\n'), line.length - 1);
      assert.deepEqual(readLine(line.slice(0, -1)), { kind: 'message', message: message(over) });
    });
  }

  it('is no longer than base64, whatever the payload is', () => {
    const payload = Buffer.alloc(100_000);
    assert.ok(messageLine(message({ payload })).length < 140_000);
    assert.deepEqual(readLine(messageLine(message({ payload }))), { kind: 'message', message: message({ payload }) });
  });

  it('whose payload was cut is not taken for the message', () => {
    assert.equal(problem(messageLine(message(), 1000)), 'cut');
  });

  it('may come from mosquitto_sub, or be written by hand', () => {
    const text =
      '{"tst":"2026-11-28T10:00:00.250000+0100","topic":"a","qos":1,"retain":1,"payloadlen":8,"payload":{"t":21}}';
    assert.deepEqual(readLine(text), {
      kind: 'message',
      message: message({
        time: Date.UTC(2026, 10, 28, 9, 0, 0, 250),
        topic: 'a',
        retain: true,
        payload: Buffer.from('{"t":21}'),
      }),
    });
    const short = readLine('{"topic":"a"}');
    const bare = { time: undefined, topic: 'a', qos: 0, payload: Buffer.alloc(0) } as const;
    assert.deepEqual(short, { kind: 'message', message: message(bare) });
  });

  for (const [printed, length, payload] of [
    ['null', 0, ''],
    ['null', 4, 'null'],
    ['"on"', 4, '"on"'],
    ['"on"', 2, 'on'],
    ['"ä"', 2, 'ä'],
    ['"ä"', 4, '"ä"'],
  ] as const) {
    it(`from mosquitto_sub with ${printed} and ${length} bytes has the payload ${payload || 'of none'}`, () => {
      const read = readLine(
        `{"tst":"2026-11-28T10:00:00.250000+0100","topic":"a","payloadlen":${length},"payload":${printed}}`,
      );
      assert.equal(read.kind === 'message' && read.message.payload.toString(), payload);
    });
  }

  for (const payload of [
    '1724442618569203714',
    '{"id":1724442618569203714,"list":[-9007199254740993,1.5,"1724442618569203714"]}',
    `${'['.repeat(1500)}1724442618569203714${']'.repeat(1500)}`,
  ]) {
    it(`from mosquitto_sub keeps all digits of a number: ${payload.slice(0, 40)}`, () => {
      const read = readLine(`{"tst":"2026-11-28T10:00:00.250000+0100","topic":"a","qos":0,"payload":${payload}}`);
      assert.equal(read.kind === 'message' && read.message.payload.toString(), payload);
    });
  }

  it('may begin with the byte order mark that Windows puts before a text', () => {
    const read = readLine('\uFEFF{"topic":"a","payload":[1724442618569203714]}');
    assert.equal(read.kind === 'message' && read.message.payload.toString(), '[1724442618569203714]');
  });

  it('that is none says why', () => {
    const lines: readonly [string, string][] = [
      ['', 'note'],
      ['{"recording":1,"started":"2026-11-28T10:00:00Z","broker":"b","filter":"#"}', 'note'],
      ['{"time":"2026-11-28T10:00:00Z","note":"connected"}', 'note'],
      ['{"topic":"a","payl', 'notJson'],
      ['[1]', 'notJson'],
      ['null', 'notJson'],
      ['{"payload":"x"}', 'topic'],
      ['{"topic":"a/#"}', 'topic'],
      ['{"topic":"a\\u0000"}', 'topic'],
      ['{"topic":"a","time":"soon"}', 'time'],
      ['{"topic":"a","time":1e300}', 'time'],
      ['{"topic":"a","payloadBase64":"*"}', 'payload'],
      ['{"topic":"a","payloadBase64":7}', 'payload'],
      [`{"topic":"a","payload":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, 'payload'],
      ['{"topic":"a","qos":3}', 'qos'],
      ['{"topic":"a","retain":"yes"}', 'retain'],
      ['{"topic":"a","stored":"yes"}', 'retain'],
      ['{"topic":"a","messageExpiryInterval":-1}', 'properties'],
      ['{"topic":"a","responseTopic":"+"}', 'properties'],
      ['{"topic":"a","correlationData":{"length":1e9}}', 'properties'],
      ['{"topic":"a","userProperties":["x"]}', 'properties'],
    ];
    for (const [line, expected] of lines) assert.equal(problem(line), expected, line.slice(0, 80));
  });
});
