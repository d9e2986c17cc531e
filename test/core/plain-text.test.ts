// Text from servers, made fit for logs and sentences.

import assert from 'node:assert/strict';
import { plainText } from '#src/core/errors/plain-text';

describe('core/errors/plain-text', () => {
  const texts: readonly [text: string, plain: string][] = [
    ['', ''],
    ['Forbidden', 'Forbidden'],
    ['two\r\nlines\tand tabs', 'two lines and tabs'],
    ['\u001b[31mred\u0007', '[31mred'],
    ['\u202egnp.exe', 'gnp.exe'],
    [' <b>markup</b> stays text ', '<b>markup</b> stays text'],
    ['x'.repeat(500), `${'x'.repeat(200)}…`],
  ];
  for (const [text, plain] of texts) {
    it(JSON.stringify(text).slice(0, 40), () => assert.equal(plainText(text), plain));
  }
});
