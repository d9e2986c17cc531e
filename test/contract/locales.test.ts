// The texts: each key that the sources use exists in every language, and no unused key is left.

import assert from 'node:assert/strict';
import { errorsPage } from '../helpers/errors/page';
import { ERROR_GROUPS } from '../helpers/errors/remedies';
import { catalogue, languages } from '../helpers/package/catalogues';
import { createdCodes, errorCodes, statusCodes } from '../helpers/package/error-codes';
import { constArray, unionMembers } from '../helpers/package/literal-types';
import { filesBelow, nodeStems, pluginStems, readText } from '../helpers/package/package-files';
import { type KeyUse, keyUses, SHARED_STEM } from '../helpers/package/used-keys';

const [FALLBACK = '', ...TRANSLATIONS] = languages;

/** MQTT 5, section 2.4: the reason codes of a server's DISCONNECT: two that are no failure, and 0x80 to 0xA2. */
const REASON_CODES = ['0', '4', ...Array.from({ length: 0xa2 - 0x80 + 1 }, (_, index) => String(0x80 + index))];

/** The possible ends of each key that the sources complete with a value. */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  'errors.': errorCodes,
  'status.': [...statusCodes],
  'status.attempt-': constArray('runtime/node/node-status.ts', 'COUNTED_ATTEMPTS'),
  'notes.': unionMembers('core/conversion/conversion-note.ts', 'NoteKey'),
  'verdict.': unionMembers('core/conversion/conversion-note.ts', 'Verdict'),
  'formats.': constArray('core/payloads/format.ts', 'BUILT_IN_FORMATS'),
  'networkHint.': unionMembers('transport/streams/network-hint.ts', 'NetworkHint'),
  'payload.': unionMembers('core/payloads/codec.ts', 'PayloadProblem'),
  'reasonCodes.': REASON_CODES,
  // Of an option of a format: core/values/options-schema.ts.
  'expected.': ['text', 'number', 'wholeNumber'],
  'file.': unionMembers('runtime/client/bounded-file.ts', 'FileProblem'),
  'requestProgress.': unionMembers('connection/requests/pending-request.ts', 'RequestProgress'),
  'qos.': ['0', '1', '2', 'message'],
  'recordings.action.': unionMembers('editor/sidebar/recording-rows.ts', 'Action'),
  'recordings.end.': unionMembers('core/recordings/recordings-protocol.ts', 'RecordingEnd'),
  'recordings.line.': unionMembers('core/recordings/read-line.ts', 'LineProblem'),
  'recordings.refused.': unionMembers('core/recordings/recordings-protocol.ts', 'RecordingRefusal'),
  'recordings.state.': unionMembers('core/recordings/recordings-protocol.ts', 'ReplayState'),
  'retain.': ['clear', 'false', 'message', 'true'],
  'serverUrl.': unionMembers('core/servers/server-url.ts', 'ServerUrlProblem'),
  'socket.': unionMembers('transport/streams/socket-stream.ts', 'SocketProblem'),
  'stages.': unionMembers('core/errors/mqtt-flows-error.ts', 'ConnectStage'),
  'jsonTemplate.': unionMembers('core/values/json-template.ts', 'JsonTemplateProblem'),
  'template.': unionMembers('core/values/template.ts', 'TemplateProblem'),
  'templateValue.': [
    ...unionMembers('core/values/template.ts', 'FillProblem'),
    ...unionMembers('core/topics/filter-source.ts', 'ValueFault'),
  ],
  'testStep.': unionMembers('core/errors/mqtt-flows-error.ts', 'ConnectStage'),
  'topicFilter.': unionMembers('core/topics/topic-filter.ts', 'TopicFilterProblem', 'core/topics/topic-name.ts'),
  'device.': unionMembers('runtime/broker/embedded-log.ts', 'DeviceEvent'),
  'device.ending.': unionMembers('runtime/broker/embedded-log.ts', 'EndingReason'),
  'device.refusal.': unionMembers('runtime/broker/embedded-log.ts', 'RefusalReason'),
  'value.outcome.': unionMembers('core/values/value-rule.ts', 'WhenMissing'),
  'valueProblem.': ['missing', ...unionMembers('core/values/value-conversion.ts', 'ConversionProblem')],
  'topicOddity.': unionMembers('core/topics/topic-oddity.ts', 'TopicOddity'),
  'topicName.': unionMembers('core/topics/topic-name.ts', 'TopicNameProblem'),
};

/** The functions that pass on the key of their caller. */
const PASS_ON = [
  'core/errors/error-sentence.ts',
  'editor/fields/shared-text.ts',
  'editor/moving-in/moving-in-text.ts',
  'editor/sidebar/topics-text.ts',
  'runtime/node/localize.ts',
];

/** Nodes and plugins: each has a catalogue. */
const stems = [...nodeStems, ...pluginStems];

/** Every key of a node's catalogue that the sources ask for. */
function wantedKeys(stem: string): string[] {
  const wanted = keyUses
    .filter((use) => use.stem === stem && use.kind !== 'unreadable')
    .flatMap(({ kind, key }) => (kind === 'literal' ? [key] : (FAMILIES[key] ?? []).map((member) => key + member)));
  return [...new Set(wanted)].sort();
}

function placeholders(text = ''): string[] {
  return (text.match(/__\w+?__/g) ?? []).sort();
}

describe('The languages', () => {
  it('are English first, and others', () => {
    assert.equal(FALLBACK, 'en-US');
    assert.ok(TRANSLATIONS.length > 0);
  });

  for (const language of languages) {
    it(`have the texts of every node and plugin, and the help of every node: ${language}`, () => {
      const expected = [...nodeStems.map((stem) => `${stem}.html`), ...stems.map((stem) => `${stem}.json`)].sort();
      assert.deepEqual(filesBelow(`src/locales/${language}`), expected);
    });
  }

  for (const language of TRANSLATIONS) {
    for (const stem of stems) {
      it(`have the same keys with the same placeholders: ${stem} in ${language}`, () => {
        const shape = (texts: Map<string, string>): Record<string, string[]> =>
          Object.fromEntries([...texts].map(([key, text]) => [key, placeholders(text)]));
        assert.deepEqual(shape(catalogue(language, stem)), shape(catalogue(FALLBACK, stem)));
      });
    }
  }
});

for (const language of languages) {
  describe(`The texts in ${language}`, () => {
    const all = stems.flatMap((stem) => [...catalogue(language, stem)].map(([key, text]) => ({ stem, key, text })));
    const withFault = (faulty: (text: string) => boolean): string[] =>
      all.filter(({ text }) => faulty(text)).map(({ stem, key, text }) => `${stem} ${key}: ${text}`);

    it('are never empty', () => {
      assert.deepEqual(
        withFault((text) => text.trim() === ''),
        [],
      );
    });

    it('do not shout', () => {
      assert.deepEqual(
        withFault((text) => text.includes('!')),
        [],
      );
    });

    it('fit under a node where they are a status: less than 20 characters', () => {
      const long = all.filter(({ key, text }) => key.startsWith('status.') && text.length >= 20);
      assert.deepEqual(long, []);
    });
  });
}

describe('The texts that the sources ask for', () => {
  const places = (uses: readonly KeyUse[]): string[] => uses.map(({ file, key }) => `${file}: ${key}`);

  it('are named by a literal or by a template with a literal beginning', () => {
    const unreadable = keyUses.filter(({ kind, file }) => kind === 'unreadable' && !PASS_ON.includes(file));
    assert.deepEqual(places(unreadable), []);
  });

  it('have a known list of members where they are named by a template', () => {
    const prefixes = keyUses.filter(({ kind }) => kind === 'template').map(({ key }) => key);
    assert.deepEqual([...new Set(prefixes)].sort(), Object.keys(FAMILIES).sort());
  });

  it('are found where a list of members is read from the sources', () => {
    for (const [prefix, members] of Object.entries(FAMILIES)) assert.ok(members.length > 1, prefix);
  });

  for (const stem of stems) {
    it(`exist in the catalogue of ${stem}, which has no others`, () => {
      assert.deepEqual([...catalogue(FALLBACK, stem).keys()].sort(), wantedKeys(stem));
    });
  }
});

describe('The error codes', () => {
  it('are all created by some source', () => {
    const dead = errorCodes.filter((code) => !createdCodes.has(code));
    assert.deepEqual(dead, []);
  });

  it('have a sentence each', () => {
    const texts = catalogue(FALLBACK, SHARED_STEM);
    const mute = errorCodes.filter((code) => !texts.has(`errors.${code}`));
    assert.deepEqual(mute, []);
  });

  it('have a status each where a node can show them', () => {
    const texts = catalogue(FALLBACK, SHARED_STEM);
    const mute = [...statusCodes].filter((code) => !texts.has(`status.${code}`));
    assert.deepEqual(mute, []);
  });
});

describe('The page docs/errors.md', () => {
  it('says what to do about each error, once', () => {
    const codes = ERROR_GROUPS.flatMap(({ remedies }) => Object.keys(remedies));
    assert.deepEqual(codes.sort(), [...errorCodes].sort(), 'test/helpers/errors/remedies.ts');
  });

  it('is current; npm run docs writes it', () => {
    assert.ok(readText('docs/errors.md') === errorsPage(), 'run "npm run docs", and commit docs/errors.md');
  });
});
