// The notes of a release: the section of the changelog about its version, and nothing when that is not there.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from '../helpers/package/environment';
import { readText } from '../helpers/package/package-files';

const { version } = JSON.parse(readText('package.json')) as { version: string };

describe('The notes of a release', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-test-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function notes(tag: string, changelog: string): { status: number | null; stdout: string; stderr: string } {
    const file = join(folder, 'CHANGELOG.md');
    writeFileSync(file, changelog);
    const script = join(repository, 'scripts/release-notes.mjs');
    return spawnSync(process.execPath, [script, tag, file], { encoding: 'utf8' });
  }

  it('are the section of the version, without its heading', () => {
    const text = `# Changes\n\n## Unreleased\n\n- later\n\n## ${version} (2026-01-31)\n\n- now\n  ### more\n\n## 0.0.1\n\n- before\n`;
    assert.deepEqual(notes(`v${version}`, text).stdout, '- now\n  ### more\n');
  });

  for (const [title, tag, text, why] of [
    [
      'the changelog says nothing of the version',
      `v${version}`,
      '# Changes\n\n## Unreleased\n\n- later\n',
      'no section',
    ],
    ['its section is empty', `v${version}`, `# Changes\n\n## ${version}\n\n## 0.0.1\n\n- before\n`, 'empty'],
    ['the tag names another version', 'v999.0.0', '# Changes\n\n## 999.0.0\n\n- x\n', 'package.json'],
  ] as const) {
    it(`are refused when ${title}`, () => {
      const { status, stderr } = notes(tag, text);
      assert.equal(status, 1);
      assert.ok(stderr.includes(why), stderr);
    });
  }
});
