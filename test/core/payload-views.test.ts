// How the sidebar shows payloads: differences, numbers for a chart, lines for export, and the order of names.

import assert from 'node:assert/strict';
import type { PublicationProperties } from '#src/core/publications/publication';
import { compareNames } from '#src/core/sidebar/name-order';
import { observe, previewOf } from '#src/core/sidebar/observation';
import { differenceOf } from '#src/core/sidebar/payload-difference';
import { numbersIn, numbersInText } from '#src/core/sidebar/payload-numbers';
import { recordingLine } from '#src/core/sidebar/recording-line';
import { laidOut, shownJson, WrittenNumber } from '#src/core/sidebar/shown-json';

function difference(before: string, after: string): string[] {
  return differenceOf(before, after).map(({ sign, text }) => sign + text);
}

describe('The difference of two payloads', () => {
  it('has no changed line for equal payloads', () => assert.deepEqual(difference('a\nb', 'a\nb'), [' a', ' b']));

  it('shows replaced, added and removed lines', () => {
    assert.deepEqual(difference('a\nb\nc', 'a\nx\nc'), [' a', '-b', '+x', ' c']);
    assert.deepEqual(difference('a\nc', 'a\nb\nc'), [' a', '+b', ' c']);
    assert.deepEqual(difference('a\nb\nc\nd\ne', 'a\nc\nd\nx'), [' a', '-b', ' c', ' d', '-e', '+x']);
  });

  it('contains both texts completely', () => {
    const a = ['1', '2', '2', '3', '1', '4'].join('\n');
    const b = ['2', '1', '3', '3', '4', '4', '2'].join('\n');
    const lines = differenceOf(a, b);
    const side = (sign: string): string =>
      lines
        .filter((line) => line.sign === ' ' || line.sign === sign)
        .map(({ text }) => text)
        .join('\n');
    assert.equal(side('-'), a);
    assert.equal(side('+'), b);
  });

  it('is quick for long texts that have nothing in common', () => {
    const long = (letter: string): string => Array.from({ length: 20_000 }, (_, i) => letter + i).join('\n');
    assert.equal(differenceOf(long('a'), long('b')).length, 40_000);
  });
});

describe('displayed JSON', () => {
  const DIGITS = '1724442618569203714';

  it('shows numbers with all their digits', () => {
    const shown = shownJson(`{"id":${DIGITS},"list":[1e999,${DIGITS}.5,2],"text":"${DIGITS}"}`);
    assert.deepEqual(shown?.value, {
      id: new WrittenNumber(DIGITS),
      list: [new WrittenNumber('1e999'), new WrittenNumber(`${DIGITS}.5`), 2],
      text: DIGITS,
    });
    assert.deepEqual([...numbersIn(shown?.value)], [['list[2]', 2]], 'a chart would show other digits');
  });

  it('is text for a single number with lost digits, for too many levels, and for no JSON', () => {
    for (const text of ['8949020000012345678', '4E123456', '['.repeat(20_000) + ']'.repeat(20_000), '{', ''])
      assert.equal(shownJson(text), undefined, text.slice(0, 20));
    for (const text of ['21.50', 'null', '"a"', 'true', '{"a":[1,2]}', '{"a":1e20}'])
      assert.deepEqual(shownJson(text), { value: JSON.parse(text) });
  });

  it('is laid out in lines as JSON.stringify() does, with its own digits and order', () => {
    const value = { b: [1, [], {}, [[2]], { c: 'x,:{}[]"\\ü' }], a: null, '': true };
    for (const text of [
      JSON.stringify(value),
      JSON.stringify(value, undefined, '\t'),
      `\r\n ${JSON.stringify(value)} `,
    ])
      assert.equal(laidOut(text), JSON.stringify(value, undefined, 2));
    assert.equal(
      laidOut(`{"2":${DIGITS},"1":1e999,"d":21.50}`),
      `{\n  "2": ${DIGITS},\n  "1": 1e999,\n  "d": 21.50\n}`,
    );
    assert.equal(laidOut('[ ]'), '[]');
  });
});

describe('The numbers of a payload', () => {
  it('are found by their paths', () => {
    const payload = { temp: 21.5, at: 'noon', sensors: [{ v: 1 }, { v: 2 }], 'a b': 3, on: true, none: null };
    assert.deepEqual(Object.fromEntries(numbersIn(payload)), {
      temp: 21.5,
      'sensors[0].v': 1,
      'sensors[1].v': 2,
      '["a b"]': 3,
      on: 1,
    });
  });

  it('may be the payload itself', () => assert.deepEqual([...numbersIn(7)], [['', 7]]));

  it('are found in texts: with a unit, by their names, or by their places', () => {
    const found = (text: string): unknown => Object.fromEntries(numbersInText(text));
    assert.deepEqual(found('21.5 °C'), { '': 21.5 });
    assert.deepEqual(found('{"temp":"21.5 °C","id":"machine02","time":"12:30","on":false}'), { temp: 21.5, on: 0 });
    assert.deepEqual(found('temp=21.5 hum: -40% line2'), { temp: 21.5, hum: -40 });
    assert.deepEqual(found('10 of 20'), { '#1': 10, '#2': 20 });
    for (const text of ['', 'idle', '"quoted"', '192.168.0.17', 'v1.2.3']) assert.deepEqual(found(text), {}, text);
    assert.equal(numbersInText('1 '.repeat(5000)).size, 20);
  });

  it('are limited in number', () => {
    const list = Array.from({ length: 10_000 }, (_, index) => index);
    assert.equal(numbersIn(list).size, 200);
  });
});

describe('A line of a recording', () => {
  const line = (payload: Buffer, properties?: PublicationProperties, kept = 100): unknown => {
    const publication = { topic: 'a', payload, qos: 1, retain: true, dup: false, subscriptionIdentifiers: [] } as const;
    const observation = observe({ ...publication, ...(properties ? { properties } : {}) }, 1, 0, kept);
    const text = recordingLine('a', observation);
    assert.match(text, /^[^\n]*\n$/);
    return JSON.parse(text);
  };
  const common = { time: '1970-01-01T00:00:00.000Z', topic: 'a', qos: 1, retain: true };

  it('holds text as text', () => {
    assert.deepEqual(line(Buffer.from('line 1\nline 2 €')), { ...common, payload: 'line 1\nline 2 €' });
  });

  it('holds other bytes in base64', () => {
    assert.deepEqual(line(Buffer.from([0xff])), { ...common, payloadBase64: '/w==' });
  });

  it('tells when only the beginning was kept', () => {
    assert.deepEqual(line(Buffer.from('12345'), undefined, 3), { ...common, payload: '123', payloadSize: 5 });
  });

  it('holds the properties of MQTT 5', () => {
    const properties = {
      contentType: 'text/plain',
      correlationData: Buffer.from('1'),
      userProperties: { a: ['1', '2'] },
    };
    assert.deepEqual(line(Buffer.from('x'), properties), {
      ...common,
      payload: 'x',
      contentType: 'text/plain',
      correlationData: 'MQ==',
      userProperties: { a: ['1', '2'] },
    });
  });
});

describe('The preview of a payload', () => {
  it('is in hexadecimal digits where its text would hold control characters', () => {
    const publication = { topic: 'a', payload: Buffer.from('a\u0000b'), qos: 0, retain: false, dup: false } as const;
    assert.equal(previewOf(observe({ ...publication, subscriptionIdentifiers: [] }, 1, 0, 100)), '61 00 62');
  });
});

describe('The order of names', () => {
  it('has a fixed order for names that differ in leading zeros only', () => {
    for (const [a, b] of [
      ['a01', 'a1'],
      ['a007b', 'a7b'],
    ] as const) {
      assert.equal(Math.sign(compareNames(a, b)), -Math.sign(compareNames(b, a)));
      assert.notEqual(compareNames(a, b), 0);
    }
    assert.equal(compareNames('a1', 'a1'), 0);
    assert.ok(compareNames('a11', 'a12') < 0 && compareNames('a12', 'a11') > 0);
  });

  it('compares numbers by value, however long, and never calls different names equal', () => {
    const names = ['b', 'a10', 'a9', 'a09', 'a', '', `x${'9'.repeat(400)}`, `x1${'0'.repeat(400)}`];
    assert.deepEqual(names.sort(compareNames), [
      '',
      'a',
      'a09',
      'a9',
      'a10',
      'b',
      `x${'9'.repeat(400)}`,
      `x1${'0'.repeat(400)}`,
    ]);
  });
});
