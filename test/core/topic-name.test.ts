// Topic names that can be published to: MQTT 5, sections 1.5.4 and 4.7.

import assert from 'node:assert/strict';
import { exceedsMqttString, mqttStringProblem, topicNameProblem } from '#src/core/topics/topic-name';

const LIMIT = 65_535;

describe('core/topics/topic-name', () => {
  for (const topic of [
    'a',
    'a/b/c',
    '/',
    '/a',
    'a/',
    'a//b',
    '$SYS/x',
    ' ',
    'Straße/温度/🌡',
    '*',
    '\uFEFF',
    '__proto__',
  ]) {
    it(`"${topic}" is a topic name`, () => {
      assert.equal(topicNameProblem(topic), undefined);
    });
  }

  for (const [topic, problem, name] of [
    ['', 'empty', 'an empty text'],
    ['a/+', 'wildcard', 'a text with a plus'],
    ['a/#', 'wildcard', 'a text with a hash'],
    ['a+b', 'wildcard', 'a text with a plus within a level'],
    ['C#', 'wildcard', 'a text with a hash within a level'],
    ['a\0b', 'nul', 'a text with U+0000'],
    ['a\uD800', 'unpairedSurrogate', 'a text that ends with half a character'],
    ['\uDC00a', 'unpairedSurrogate', 'a text that begins with half a character'],
  ] as const) {
    it(`${name} is no topic name`, () => {
      assert.equal(topicNameProblem(topic), problem);
    });
  }

  it('a wildcard is reported before the length', () => {
    assert.equal(topicNameProblem(`${'a'.repeat(LIMIT)}#`), 'wildcard');
  });

  for (const [character, bytes] of [
    ['a', 1],
    ['é', 2],
    ['温', 3],
    ['🌡', 4],
  ] as const) {
    it(`a name counts in bytes of UTF-8: "${character}" is ${bytes}`, () => {
      const longest = character.repeat(Math.floor(LIMIT / bytes));
      assert.equal(exceedsMqttString(longest), false);
      assert.equal(topicNameProblem(longest), undefined);
      assert.equal(exceedsMqttString(longest + character), true);
      assert.equal(topicNameProblem(longest + character), 'tooLong');
    });
  }

  it('a text in general may hold wildcards, but nothing else that MQTT cannot carry', () => {
    assert.equal(mqttStringProblem('a/+/#'), undefined);
    assert.equal(mqttStringProblem(''), 'empty');
    assert.equal(mqttStringProblem('\0'), 'nul');
    assert.equal(mqttStringProblem('\uD800'), 'unpairedSurrogate');
    assert.equal(mqttStringProblem('a'.repeat(LIMIT + 1)), 'tooLong');
  });
});
