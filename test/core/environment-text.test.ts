// `${NAME}` in texts.

import assert from 'node:assert/strict';
import { namesVariables, replaceVariables } from '#src/settings/environment-text';

const known: Readonly<Record<string, string>> = { SITE: 'north', EMPTY: '', 'a b': 'spaced', TRICK: '${SITE} $& $1' };
const lookup = (name: string): string | undefined => (Object.hasOwn(known, name) ? known[name] : undefined);

describe('Texts with variables', () => {
  for (const [text, expected] of [
    ['', ''],
    ['plain', 'plain'],
    ['${SITE}', 'north'],
    ['a/${SITE}/b', 'a/north/b'],
    ['${SITE}${SITE}/${a b}', 'northnorth/spaced'],
    ['${EMPTY}', ''],
    ['${TRICK}', '${SITE} $& $1'],
    ['$SITE {SITE} ${} ${SITE', '$SITE {SITE} ${} ${SITE'],
    ['{{payload}}/${SITE}', '{{payload}}/north'],
  ] as const) {
    it(`contain the values unchanged: ${text}`, () => {
      assert.deepEqual(replaceVariables(text, lookup), { ok: true, text: expected });
    });
  }

  it('name the first variable that is not set', () => {
    assert.deepEqual(replaceVariables('${SITE}/${ONE}/${TWO}', lookup), { ok: false, name: 'ONE' });
    assert.deepEqual(replaceVariables('${constructor}', lookup), { ok: false, name: 'constructor' });
  });

  it('are distinguished from texts without', () => {
    assert.deepEqual(['${A}', 'a${A}b'].map(namesVariables), [true, true]);
    assert.deepEqual(['', 'a', '${}', '${A', '$A'].map(namesVariables), [false, false, false, false, false]);
  });
});
