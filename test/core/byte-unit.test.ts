// Amounts of bytes in units for people.

import assert from 'node:assert/strict';
import { errorSentence } from '#src/core/errors/error-sentence';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { byteAmount } from '#src/core/values/byte-unit';
import { catalogue } from '../helpers/package/catalogues';

describe('an amount of bytes', () => {
  for (const [bytes, amount, unit] of [
    [0, 0, 'bytes'],
    [1, 1, 'bytes'],
    [1000, 1000, 'bytes'],
    [1024, 1, 'kibibytes'],
    [1536, 1536, 'bytes'],
    [100 * 1024, 100, 'kibibytes'],
    [64 * 1024 * 1024, 64, 'mebibytes'],
    [3 * 1024 ** 3, 3072, 'mebibytes'],
  ] as const) {
    it(`of ${bytes} is ${amount} ${unit}`, () => {
      assert.deepEqual(byteAmount(bytes), { amount, unitKey: `unit.${unit}` });
    });
  }
});

describe('the error of a full outbox', () => {
  for (const [language, sentence] of [
    ['en-US', /10000 messages or 64 MiB/],
    ['de', /10000 Nachrichten oder 64 MiB/],
  ] as const) {
    it(`names its limits in the units of the dialog (${language})`, () => {
      const texts = catalogue(language, 'broker');
      const params = { maxMessages: 10_000, ...byteAmount(64 * 1024 * 1024) };
      const error = new MqttFlowsError('outbox-full', { stage: 'publish', params });
      const filled = (key: string, values: Readonly<Record<string, string | number>>): string =>
        (texts.get(key) ?? '').replace(/__(\w+)__/g, (_, name: string) => String(values[name]));
      assert.match(errorSentence(error, {}, filled), sentence);
    });
  }
});
