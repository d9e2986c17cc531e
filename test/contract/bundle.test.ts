// The scripts that are published: each source stands in one of them only, and stack traces out of them can be read.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { repository } from '../helpers/package/environment';
import { filesBelow, manifest, readText } from '../helpers/package/package-files';

/** esbuild writes the path of each source above its code, and above what it imports. */
const SOURCE = /^(?: {2})?\/\/ (src\/\S+\.ts)$/gm;

const { nodes, plugins } = manifest['node-red'];
const entries = [...Object.values(nodes), ...Object.values(plugins)];

/** The sources whose code is in a script of dist/. */
function sourcesIn(script: string): string[] {
  return [...new Set([...readText(script).matchAll(SOURCE)].map(([, source = '']) => source))];
}

describe('The published scripts', () => {
  for (const entry of entries) {
    it(`${entry} holds its own source and no other`, () => {
      assert.deepEqual(sourcesIn(entry), [entry.replace(/^dist/, 'src').replace(/js$/, 'ts')]);
    });
  }

  it('hold no source twice: connections and registers are kept in modules', () => {
    // The command is a process of its own.
    const scripts = filesBelow('dist').filter((file) => file.endsWith('.js') && !file.startsWith('command/'));
    const sources = scripts.flatMap((file) => sourcesIn(`dist/${file}`));
    assert.ok(sources.includes('src/runtime/broker/broker-node.ts'), 'the sources are found');
    assert.deepEqual(
      sources.filter((source, index) => sources.indexOf(source) !== index),
      [],
    );
  });

  it('keep the names of functions, and their lines, for stack traces', () => {
    const register: (RED: unknown) => void = require(join(repository, 'dist/plugins/topics.js'));
    // An admin server that takes no routes: the functions on the way to it are those of the sources.
    const RED = { auth: { needsPermission: () => undefined } };
    assert.throws(
      () => register(RED),
      ({ stack = '' }: Error) => {
        const line = Number(/at addTopicRoutes \(.*[\\/]runtime\.js:(\d+):\d+\)/.exec(stack)?.[1]);
        return line > 1000 && /at register \(.*[\\/]plugins[\\/]topics\.js:\d+:\d+\)/.test(stack);
      },
    );
  });
});
