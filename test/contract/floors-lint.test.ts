// The rules of lint about the floors of src/ and the rooms on them: an import that points up is refused, and so is what a
// floor must not know. Each rule of biome.json is tried on a small tree in a temporary directory.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix, relative, sep } from 'node:path';
import { repository } from '../helpers/package/environment';
import { readJson } from '../helpers/package/package-files';

const IMPORTS = 'lint/style/noRestrictedImports';
const GLOBALS = 'lint/style/noRestrictedGlobals';

interface Case {
  readonly refused: readonly string[];
  readonly allowed: readonly string[];
}

/** For a file that each override of biome.json covers: what it must not import, and what it may. */
const CASES: Readonly<Record<string, Case>> = {
  'src/core/room/a.ts': {
    refused: [
      '../../broker/broker',
      '../../transport/transport',
      '../../connection/clock',
      '../../runtime/deploy/handover',
      '../../editor/fields/field-note',
      '../../settings/publish.config',
      '../../nodes/publish',
      'mqtt',
      'mqtt/build/lib/client',
      'aedes',
      'node-red',
      'node:fs',
      'node:net',
    ],
    allowed: ['./topic-name', '../topics/topic-name', 'node:buffer'],
  },
  'src/command/a.ts': {
    refused: [
      '../settings/publish.config',
      '../transport/transport',
      '../connection/clock',
      '../runtime/node/localize',
      '../editor/fields/field-note',
      '../nodes/publish',
      'mqtt',
      'aedes',
      'node-red',
    ],
    allowed: ['./a-text', '../core/conversion/flow-node', 'node:fs'],
  },
  'src/settings/a.ts': {
    refused: [
      '../transport/transport',
      '../connection/clock',
      '../runtime/node/localize',
      '../editor/fields/field-note',
      '../nodes/publish',
      'mqtt',
      'aedes',
      'node-red',
      'node:buffer',
    ],
    allowed: ['./saved-config', '../core/topics/topic-name'],
  },
  'src/broker/room/a.ts': {
    refused: [
      '../../transport/transport',
      '../../connection/clock',
      '../../runtime/deploy/handover',
      '../../runtime/broker/broker-node',
      '../../editor/fields/field-note',
      '../../settings/broker.config',
      '../../nodes/broker',
      'mqtt',
      'aedes',
      'node-red',
      'node:net',
      'node:stream',
    ],
    allowed: ['../wire/reason', '../broker-options', '../../core/topics/topic-filter', 'mqtt-packet', 'node:buffer'],
  },
  'src/transport/room/a.ts': {
    refused: [
      '../../connection/clock',
      '../../runtime/deploy/handover',
      '../../editor/fields/field-note',
      '../../settings/broker.config',
      '../../nodes/broker',
      'node-red',
    ],
    allowed: [
      '../transport',
      '../../broker/broker',
      '../../core/publications/publication',
      'mqtt',
      'aedes',
      'node:net',
    ],
  },
  'src/connection/room/a.ts': {
    refused: [
      '../../broker/broker',
      '../../transport/mqttjs/mqttjs-transport',
      '../../transport/streams/tcp-stream',
      '../../runtime/deploy/handover',
      '../../editor/fields/field-note',
      '../../settings/broker.config',
      '../../nodes/broker',
      'mqtt',
      'mqtt/build/lib/client',
      'aedes',
      'node-red',
      'node:net',
    ],
    allowed: [
      '../clock',
      '../../core/publications/publication',
      '../../transport/transport',
      '../../transport/even-time',
    ],
  },
  'src/runtime/room/a.ts': {
    refused: ['../../nodes/broker', '../../editor/fields/field-note', 'mqtt', 'mqtt-packet', 'aedes'],
    allowed: [
      '../deploy/handover',
      '../broker/broker-node',
      '../../broker/broker-options',
      '../../connection/connection',
      '../../transport/embedded/embedded-broker',
      '../../settings/broker.config',
      'node-red',
      'node:crypto',
    ],
  },
  'src/nodes/a.ts': {
    refused: ['../editor/fields/field-note', './a.editor', 'mqtt', 'aedes/aedes.js'],
    allowed: [
      '../settings/a.config',
      '../runtime/deploy/handover',
      '../transport/streams/tcp-stream',
      '../core/payloads/codec',
      'node-red',
    ],
  },
  'src/nodes/a.editor.ts': {
    refused: [
      '../broker/broker',
      '../connection/connection',
      '../runtime/node/localize',
      '../transport/transport',
      '../core/payloads/codec',
      '../core/publications/publication-from-message',
      './a',
      'mqtt',
      'mqtt/build/lib/client',
      'aedes',
      'node-red',
      'node:buffer',
    ],
    allowed: [
      '../settings/a.config',
      '../editor/broker/embedded-fields',
      '../editor/fields/field-note',
      '../core/topics/topic-filter',
      '../core/servers/server-url',
      '../core/values/template',
    ],
  },
  'src/plugins/a.ts': {
    refused: ['../editor/fields/field-note', './a.editor', 'mqtt', 'aedes/aedes.js'],
    allowed: ['../runtime/deploy/handover', 'node-red'],
  },
  'src/plugins/a.editor.ts': {
    refused: [
      '../connection/connection',
      '../runtime/node/localize',
      '../core/payloads/codec',
      './a',
      'mqtt',
      'node-red',
    ],
    allowed: ['../editor/fields/field-note', '../core/topics/topic-filter', '../core/sidebar/payload-difference'],
  },
  'src/editor/room/a.ts': {
    refused: [
      '../../broker/broker',
      '../../connection/connection',
      '../../runtime/node/localize',
      '../../transport/transport',
      '../../core/payloads/codec',
      '../../core/publications/publication',
      '../../nodes/a',
      'mqtt',
    ],
    allowed: [
      '../broker/embedded-fields',
      '../fields/field-note',
      '../../core/topics/topic-name',
      '../../core/conversion/flow-node',
      '../../core/payloads/format',
      '../../core/values/template',
      '../../settings/publish.config',
    ],
  },
};

const BROWSER_FILES = ['src/editor/room/a.ts', 'src/nodes/a.editor.ts', 'src/plugins/a.editor.ts', 'src/settings/a.ts'];
const SERVER_GLOBALS = ['Buffer', 'process'];

/** One file of the tree that lint reads, and the rules that it must break. */
interface Trial {
  readonly title: string;
  readonly path: string;
  readonly text: string;
  readonly broken: readonly string[];
}

function trials(): Trial[] {
  const made: Trial[] = [];
  const add = (title: string, like: string, text: string, broken: readonly string[]) => {
    const path = posix.join(posix.dirname(like), posix.basename(like).replace('a.', `a-${made.length}.`));
    made.push({ title, path, text, broken });
  };
  for (const [path, { refused, allowed }] of Object.entries(CASES)) {
    for (const name of refused) {
      const text = `import * as other from '${name}';\nexport const again = other;\n`;
      add(`refuses to import ${name} in ${path}`, path, text, [IMPORTS]);
    }
    const text = allowed.map((name) => `export * from '${name}';\n`).join('');
    add(`allows to import ${allowed.join(', ')} in ${path}`, path, text, []);
  }
  const core = 'src/core/room/a.ts';
  const type = "import type { Clock } from '../../connection/clock';\nexport type Same = Clock;\n";
  add('refuses to import types upwards, too', core, type, [IMPORTS]);
  const later = "export const later = () => import('mqtt');\n";
  add('refuses to import upwards later, when the code runs', core, later, [IMPORTS]);
  for (const path of BROWSER_FILES) {
    for (const name of SERVER_GLOBALS) {
      add(`refuses ${name}, which no browser has, in ${path}`, path, `export const found = ${name};\n`, [GLOBALS]);
    }
  }
  return made;
}

/** The rules of the repository, for a tree that no version control knows. */
function derivedConfig(): string {
  const { $schema: _, ...config } = readJson('biome.json') as Record<string, unknown>;
  return JSON.stringify({ ...config, root: true, vcs: { enabled: false } });
}

describe('Lint', () => {
  const all = trials();
  const broken = new Map<string, string[]>();
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-test-'));
    writeFileSync(join(folder, 'biome.json'), derivedConfig());
    for (const { path, text } of all) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const biome = join(repository, 'node_modules/@biomejs/biome/bin/biome');
    const args = [biome, 'lint', '--reporter=github', '--max-diagnostics=none', 'src'];
    const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    for (const [, rule = '', file = ''] of stdout.matchAll(/^::\w+ title=([^,]+),file=([^,]+),/gm)) {
      const path = relative(realpathSync(folder), file).split(sep).join('/');
      broken.set(path, [...(broken.get(path) ?? []), rule]);
    }
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const { title, path, broken: expected } of all) {
    it(title, () => assert.deepEqual(broken.get(path) ?? [], expected));
  }

  it('has a trial for each of its rules about the floors', () => {
    const { overrides } = readJson('biome.json') as { overrides: { includes: string[] }[] };
    const ruled = overrides.flatMap(({ includes }) => includes).filter((glob) => glob.startsWith('src/'));
    const tried = Object.keys(CASES).map((path) => path.replace('/room', ''));
    const untried = ruled.filter((glob) => !tried.includes(glob.replace('**', 'a.ts').replace('*', 'a')));
    assert.deepEqual(untried, []);
  });
});
