// The floors of src/: lint refuses an import that points up, and what a floor must not know. Each rule of biome.json is
// tried on a small tree in a temporary directory.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { repository } from '../helpers/environment';
import { readJson } from '../helpers/package-files';

const IMPORTS = 'lint/style/noRestrictedImports';
const GLOBALS = 'lint/style/noRestrictedGlobals';

/** The files of each floor: what they must not import, and what they may. */
const FLOORS: Readonly<Record<string, { readonly refused: readonly string[]; readonly allowed: readonly string[] }>> = {
  'src/core/a.ts': {
    refused: [
      '../transport/transport',
      '../connection/clock',
      '../runtime/deploys',
      '../editor/field-note',
      '../nodes/publish.config',
      'mqtt',
      'mqtt/build/lib/client',
      'aedes',
      'node-red',
      'node:fs',
      'node:net',
    ],
    allowed: ['./topic-name', 'node:buffer'],
  },
  'src/transport/a.ts': {
    refused: [
      '../connection/clock',
      '../runtime/deploys',
      '../editor/field-note',
      '../nodes/broker.config',
      'node-red',
    ],
    allowed: ['./transport', '../core/publication', 'mqtt', 'aedes', 'node:net'],
  },
  'src/connection/a.ts': {
    refused: [
      '../transport/mqttjs-transport',
      '../transport/tcp-stream',
      '../runtime/deploys',
      '../editor/field-note',
      '../nodes/broker.config',
      'mqtt',
      'mqtt/build/lib/client',
      'aedes',
      'node-red',
      'node:net',
    ],
    allowed: ['./clock', '../core/publication', '../transport/transport'],
  },
  'src/runtime/a.ts': {
    refused: ['../nodes/broker', '../nodes/broker.config', '../editor/field-note', 'mqtt', 'mqtt-packet', 'aedes'],
    allowed: ['./deploys', '../connection/connection', '../transport/embedded-broker', 'node-red', 'node:crypto'],
  },
  'src/nodes/a.ts': {
    refused: ['../editor/field-note', './a.editor', 'mqtt', 'aedes/aedes.js'],
    allowed: ['./a.config', '../runtime/deploys', '../transport/tcp-stream', '../core/codec', 'node-red'],
  },
  'src/nodes/a.config.ts': {
    refused: ['../editor/field-note', './a.editor', 'mqtt', 'aedes/aedes.js'],
    allowed: ['../core/saved-config'],
  },
  'src/nodes/a.editor.ts': {
    refused: [
      '../connection/connection',
      '../runtime/localize',
      '../transport/transport',
      '../core/codec',
      '../core/publication-from-message',
      './a',
      'mqtt',
      'mqtt/build/lib/client',
      'aedes',
      'node-red',
      'node:buffer',
    ],
    allowed: [
      './a.config',
      '../editor/field-note',
      '../core/topic-filter',
      '../core/server-url',
      '../core/template',
      '../core/environment-text',
    ],
  },
  'src/plugins/a.ts': {
    refused: ['../editor/field-note', './a.editor', 'mqtt', 'aedes/aedes.js'],
    allowed: ['../runtime/deploys', 'node-red'],
  },
  'src/plugins/a.editor.ts': {
    refused: ['../connection/connection', '../runtime/localize', '../core/codec', './a', 'mqtt', 'node-red'],
    allowed: ['../editor/field-note', '../core/topic-filter', '../core/payload-difference'],
  },
  'src/editor/a.ts': {
    refused: [
      '../connection/connection',
      '../runtime/localize',
      '../transport/transport',
      '../core/codec',
      '../nodes/a',
      'mqtt',
    ],
    allowed: ['./field-note', '../core/topic-name', '../core/format', '../core/template', '../core/environment-text'],
  },
};

const BROWSER_FILES = ['src/editor/a.ts', 'src/nodes/a.editor.ts', 'src/plugins/a.editor.ts'];
const SERVER_GLOBALS = ['Buffer', 'process'];

/** The rules of the repository, for a tree that no version control knows. */
function derivedConfig(): string {
  const { $schema: _, ...config } = readJson('biome.json') as Record<string, unknown>;
  return JSON.stringify({ ...config, root: true, vcs: { enabled: false } });
}

describe('Lint', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-test-'));
    writeFileSync(join(folder, 'biome.json'), derivedConfig());
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  /** The rules that `text` breaks as the file at `path`. */
  function brokenRules(path: string, text: string): string[] {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    const biome = join(repository, 'node_modules/@biomejs/biome/bin/biome');
    const { stdout } = spawnSync(process.execPath, [biome, 'lint', '--reporter=github', path], {
      cwd: folder,
      encoding: 'utf8',
    });
    return [...stdout.matchAll(/^::\w+ title=([^,]+),/gm)].map(([, rule = '']) => rule);
  }

  for (const [path, { refused, allowed }] of Object.entries(FLOORS)) {
    describe(`in ${path}`, () => {
      for (const name of refused) {
        it(`refuses to import ${name}`, () => {
          const text = `import * as other from '${name}';\nexport const again = other;\n`;
          assert.deepEqual(brokenRules(path, text), [IMPORTS]);
        });
      }

      it(`allows to import ${allowed.join(', ')}`, () => {
        const text = allowed.map((name) => `export * from '${name}';\n`).join('');
        assert.deepEqual(brokenRules(path, text), []);
      });
    });
  }

  it('refuses to import types upwards, too', () => {
    const text = "import type { Clock } from '../connection/clock';\nexport type Same = Clock;\n";
    assert.deepEqual(brokenRules('src/core/a.ts', text), [IMPORTS]);
  });

  it('refuses to import upwards later, when the code runs', () => {
    assert.deepEqual(brokenRules('src/core/a.ts', "export const later = () => import('mqtt');\n"), [IMPORTS]);
  });

  for (const path of BROWSER_FILES) {
    for (const name of SERVER_GLOBALS) {
      it(`refuses ${name}, which no browser has, in ${path}`, () => {
        assert.deepEqual(brokenRules(path, `export const found = ${name};\n`), [GLOBALS]);
      });
    }
  }
});

describe('The rules of the floors', () => {
  it('are each tried', () => {
    const { overrides } = readJson('biome.json') as { overrides: { includes: string[] }[] };
    const ruled = overrides.flatMap(({ includes }) => includes).filter((glob) => glob.startsWith('src/'));
    const tried = ruled.map((glob) => glob.replace('**', 'a.ts').replace('*', 'a'));
    assert.deepEqual(
      tried.filter((path) => !(path in FLOORS)),
      [],
    );
  });
});
