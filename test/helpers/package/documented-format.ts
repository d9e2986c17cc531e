// The format of another package that docs/formats.md has as its example, as a package that Node-RED loads.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readText } from './package-files';

/** The code under the comment `first`, which names its file. */
export function documentedCode(first: string): string {
  const blocks = readText('docs/formats.md').split('```');
  // The language of a block stands before its first line.
  const found = blocks.map((block) => block.slice(block.indexOf('\n') + 1)).find((block) => block.includes(first));
  assert.ok(found, first);
  return found;
}

/** Installs it in `userDir`, for the next start of Node-RED. */
export function installDocumentedFormat(userDir: string): void {
  const folder = join(userDir, 'node_modules', 'node-red-contrib-fields');
  mkdirSync(folder, { recursive: true });
  const manifest = {
    name: 'node-red-contrib-fields',
    version: '1.0.0',
    'node-red': { plugins: { fields: 'fields.js' } },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'fields.js'), documentedCode('// fields.js'));
  writeFileSync(join(folder, 'fields.html'), documentedCode('<!-- fields.html -->'));
}
