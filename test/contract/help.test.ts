// The help: every node has a help text in every language, in the form that Node-RED's sidebar expects.

import assert from 'node:assert/strict';
import { languages } from '../helpers/package/catalogues';
import { elements, tagFaults } from '../helpers/package/markup';
import { nodeStems, readText } from '../helpers/package/package-files';

interface Help {
  readonly whole: string;
  /** Of the one script element. */
  readonly attributes: string;
  readonly content: string;
}

function readHelp(language: string, stem: string): Help {
  const whole = readText(`src/locales/${language}/${stem}.html`);
  const [script, ...others] = elements(whole, 'script');
  assert.ok(script && others.length === 0, 'one script element');
  return { whole, ...script };
}

/** The message properties in their order: the name of each, and whether it is optional. */
function messageProperties(content: string): string[] {
  return elements(content, 'dt').map(({ attributes, content: term }) => {
    const name = term.replace(/<span class="property-type">.*?<\/span>/s, '').replace(/<[^>]*>/g, '');
    return `${name.trim()}${attributes.includes('optional') ? ' (optional)' : ''}`;
  });
}

describe('The help', () => {
  for (const stem of nodeStems) {
    for (const language of languages) {
      describe(`of ${stem} in ${language}`, () => {
        it('is found by the type of the node', () => {
          const { attributes } = readHelp(language, stem);
          assert.match(attributes, /type="text\/html"/);
          assert.ok(attributes.includes(`data-help-name="mqtt-flows-${stem}"`));
        });

        it('opens with the paragraph that the palette shows', () => {
          const [first] = elements(readHelp(language, stem).content, 'p');
          assert.match(readHelp(language, stem).content, /^\s*<p>/);
          assert.ok(first && first.content.trim() !== '');
        });

        it('goes on with what to do first, and an example', () => {
          assert.match(readHelp(language, stem).content, /^\s*<p>[^<]*<\/p>\s*<p>.*?<\/p>\s*<pre>/s);
        });

        it('leads to the error codes, each to its place', () => {
          const { content } = readHelp(language, stem);
          assert.ok(content.includes('/docs/errors.md"'));
          const page = readText('docs/errors.md');
          for (const [, code] of content.matchAll(/docs\/errors\.md#([^"]*)"/g)) {
            assert.ok(page.includes(`<a id="${code}"></a>`), code);
          }
        });

        it('has sections', () => {
          const headings = elements(readHelp(language, stem).content, 'h3');
          assert.ok(headings.length > 0);
          for (const { content } of headings) assert.notEqual(content.trim(), '');
        });

        it('names examples that there are', () => {
          const [, examples = ''] = readHelp(language, stem).content.split('core:show-examples-import-dialog');
          const names = elements(examples, 'i').map(({ content }) => content);
          assert.ok(names.length > 0);
          for (const name of names) assert.ok(readText(`examples/${name}.json`).includes(`"mqtt-flows-${stem}"`), name);
        });

        it('is well-formed', () => {
          assert.deepEqual(tagFaults(readHelp(language, stem).whole), []);
        });
      });
    }

    for (const language of languages.slice(1)) {
      it(`names the same message properties in ${language} as in English: ${stem}`, () => {
        const inEnglish = messageProperties(readHelp('en-US', stem).content);
        assert.deepEqual(messageProperties(readHelp(language, stem).content), inEnglish);
      });

      it(`has as many sections in ${language} as in English: ${stem}`, () => {
        const count = (each: string): number => elements(readHelp(each, stem).content, 'h3').length;
        assert.equal(count(language), count('en-US'));
      });
    }
  }
});

describe('The forms', () => {
  for (const stem of nodeStems) {
    it(`are well-formed: ${stem}`, () => {
      assert.deepEqual(tagFaults(readText(`src/nodes/${stem}.html`)), []);
    });

    it(`explain each field when the pointer rests on it: ${stem}`, () => {
      const rows = readText(`src/nodes/${stem}.html`).split('<div class="form-row').slice(1);
      const fields = rows.filter((row) => /<(select|input (?!type="hidden"))/.test(row));
      assert.deepEqual(
        fields.filter((row) => !row.includes('[title]')),
        [],
      );
    });
  }
});
