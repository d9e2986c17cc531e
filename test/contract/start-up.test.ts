// The files that Node-RED reads when it starts with this package installed. Each costs time, above all on an SD card.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { repository } from '../helpers/package/environment';
import { manifest } from '../helpers/package/package-files';

const { nodes, plugins } = manifest['node-red'];
const entries = [...Object.values(nodes), ...Object.values(plugins)].map((file) => join(repository, file));

/** Every module that a new process has read when it has loaded `files`. */
function modulesRead(...files: readonly string[]): string[] {
  const script = `for (const file of ${JSON.stringify(files)}) require(file);
    process.stdout.write(JSON.stringify(Object.keys(require.cache)));`;
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { cwd: repository, encoding: 'utf8' })) as string[];
}

describe('The start of Node-RED with the package installed', () => {
  it('reads a file for each node and plugin, one that they share, and no dependency', () => {
    const read = modulesRead(...entries);
    assert.deepEqual(read.sort(), [...entries, join(repository, 'dist/runtime.js')].sort());
  });

  it('reads 130 modules at most, even with mqtt.js, which the first broker node loads', () => {
    const read = modulesRead(...entries, 'mqtt');
    assert.ok(read.length > entries.length + 50, 'mqtt.js is counted');
    assert.ok(read.length <= 130, `${read.length} modules`);
  });
});
