// Rules for all files of the repository: no paths of a machine, no skipped test, short sources with an explanation.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../helpers/package/environment';
import { filesBelow, readText } from '../helpers/package/package-files';

/** Generated folders. */
const MADE = new Set(['.git', '.cache', '.node-red', 'build', 'coverage', 'dist', 'node_modules']);
const PICTURE = /\.(?:png|gif|jpg|ico|tgz)$/;

const MACHINE_PATH = /(?<![\w.@-])(?:\/(?:home|root|Users|work|usr\/local\/lib)\/[\w.-]|[A-Z]:\\\\?Users\\)/;
const REGISTRY =
  /"resolved"\s*:|^\s*(?:@[\w-]+:)?registry\s*=|https?:\/\/[\w.-]*(?:registry|nexus|artifactory|verdaccio)/i;
const LEFT_OUT = /\b(?:describe|it|specify)\.(?:only|skip)\(|\bx(?:describe|it)\(/;

function keptFiles(folder = ''): string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true })
    .filter((entry) => !(folder === '' && MADE.has(entry.name)))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? keptFiles(path) : [path];
    });
}

/** Each line that matches `pattern`, with its place. */
function linesWith(pattern: RegExp, files: readonly string[]): string[] {
  return files.flatMap((file) =>
    readFileSync(join(repository, file), 'utf8')
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );
}

describe('The repository', () => {
  const files = keptFiles().filter((file) => !PICTURE.test(file));

  it('is read as a whole by these tests', () => {
    for (const file of ['package.json', 'package-lock.json', '.npmrc', 'src/nodes/broker.ts', 'scripts/build.mjs']) {
      assert.ok(files.includes(file), file);
    }
  });

  it('holds no path of a machine', () => {
    assert.deepEqual(linesWith(MACHINE_PATH, files), []);
  });

  it('names no registry: everyone installs from their own', () => {
    assert.deepEqual(linesWith(REGISTRY, files), []);
  });

  it('leaves out no test, and keeps none alone', () => {
    const tests = files.filter((file) => file.startsWith('test/') && file.endsWith('.ts'));
    assert.ok(tests.includes('test/contract/repository.test.ts'));
    assert.deepEqual(linesWith(LEFT_OUT, tests), []);
  });
});

describe('The sources', () => {
  const sources = filesBelow('src').map((file) => `src/${file}`);

  it('open with a comment that says what the file is for', () => {
    const scripts = sources.filter((file) => file.endsWith('.ts'));
    assert.deepEqual(
      scripts.filter((file) => !/^\/\/ \S/.test(readText(file))),
      [],
    );
  });

  it('read the time of day in five places: all else counts the time that passes', () => {
    // The editor shows times, and the browser's clock is the user's own. Templates of users ask for the time of day.
    const others = sources.filter((file) => file.endsWith('.ts') && !file.startsWith('src/editor/'));
    const places = linesWith(/\bDate\.now\(|new Date\(\)/, others).map((line) => line.replace(/:\d+:.*$/, ''));
    assert.deepEqual([...new Set(places)].sort(), [
      'src/connection/clock.ts',
      'src/runtime/publish/outside-values.ts',
      'src/runtime/storage/level-folder.ts',
      'src/transport/embedded/embedded-broker.ts',
      'src/transport/even-time.ts',
    ]);
  });

  it('have 300 lines at most, but for the catalogues of texts', () => {
    const read = sources.filter((file) => !file.startsWith('src/locales/'));
    const long = read.filter((file) => readText(file).trimEnd().split('\n').length > 300);
    assert.deepEqual(long, []);
  });
});
