// The tarball as a user gets it: installed into a bare user directory of a real Node-RED, and used.

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brokerDefaults } from '#src/settings/broker.config';
import { editorDefinition } from '../../helpers/editor/editor-definitions';
import { brokerNode, embeddedNode, publishNodes, subscribeNodes } from '../../helpers/flows/flow-nodes';
import {
  ALL_CORE_NODES,
  emptyUserDir,
  NodeRedProcess,
  packageName,
  removeUserDir,
} from '../../helpers/flows/node-red-process';
import { catalogue, languages } from '../../helpers/package/catalogues';
import { repository } from '../../helpers/package/environment';
import { npm } from '../../helpers/package/npm';
import { filesBelow, nodeStems, readText } from '../../helpers/package/package-files';

/** What Node-RED reports about a node set: one script with its form. */
interface NodeSet {
  readonly name: string;
  readonly module: string;
  readonly types: readonly string[];
  readonly enabled: boolean;
  readonly err?: unknown;
}

/** Each line of the log begins with a time and a level; what goes past the logger does not. */
const LOG_LINE = /^\d+ \w+ \d\d:\d\d:\d\d - \[(\w+)\] /;
const HARMLESS_LEVELS = ['info', 'debug', 'trace'];
/** The warnings of Node-RED without any package, because of test settings and files that do not exist yet. */
const OWN_WARNINGS = [
  'Projects disabled : set editorTheme.projects.enabled=true to enable',
  'Encrypted credentials not found',
];
const BANNER = ['', 'Welcome to Node-RED', '==================='];

function installPackage(userDir: string): void {
  const packed: unknown = JSON.parse(
    npm(repository, 'pack', '--json', '--ignore-scripts', '--pack-destination', userDir),
  );
  assert.ok(Array.isArray(packed));
  // npm chooses the name of the file.
  const { filename } = packed[0] as { filename: string };
  writeFileSync(join(userDir, 'package.json'), JSON.stringify({ name: 'test-user-dir', private: true }));
  npm(userDir, 'install', '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline', `./${filename}`);
}

const START = {
  once: true,
  onceDelay: 0.1,
  props: [{ p: 'topic', vt: 'str' }, { p: 'payload' }],
  topic: 'installed/a',
  payload: 'through',
  payloadType: 'str',
};

/** One message to the publish nodes of two broker nodes, and what arrives where the outbox is in memory. */
function memoryAndDisk(): object[] {
  const [subscribe] = subscribeNodes('sub', 'memory', ['installed/#']);
  const [inMemory] = publishNodes('pub-memory', 'memory');
  const [onDisk] = publishNodes('pub-disk', 'disk');
  assert.ok(subscribe && inMemory && onDisk);
  const wired = [
    { ...START, id: 'start', type: 'inject', wires: [['pub-memory', 'pub-disk']] },
    { ...subscribe, wires: [['received']] },
    { ...inMemory, wires: [[]] },
    { ...onDisk, wires: [[]] },
    { id: 'received', type: 'debug', name: 'received', active: true, console: true, complete: 'payload' },
  ];
  const place = { z: 'tab', x: 0, y: 0 };
  return [
    { id: 'tab', type: 'tab', label: 'Without classic-level' },
    embeddedNode('memory'),
    brokerNode('disk', { connectTo: 'embedded', outbox: { ...brokerDefaults.outbox, store: 'disk' } }),
    ...wired.map((node) => ({ wires: [], ...place, ...node })),
  ];
}

/** The lines that Node-RED alone would not have printed, apart from information. */
function complaints(output: string): string[] {
  return output.split(/\r?\n/).filter((line) => {
    const level = LOG_LINE.exec(line)?.[1];
    if (level === undefined) return !BANNER.includes(line);
    return !HARMLESS_LEVELS.includes(level) && !OWN_WARNINGS.some((warning) => line.endsWith(`] ${warning}`));
  });
}

describe('The tarball, installed into a bare Node-RED', () => {
  let userDir: string;
  let nodeRed: NodeRedProcess;

  before(async function () {
    // npm installs the dependencies from the registry.
    this.timeout(300_000);
    userDir = emptyUserDir();
    installPackage(userDir);
    nodeRed = await NodeRedProcess.start(userDir, ALL_CORE_NODES);
  });

  after(async () => {
    await nodeRed?.stop();
    removeUserDir(userDir);
  });

  async function served(path: string, accept: string): Promise<string> {
    const response = await fetch(nodeRed.url + path, { headers: { Accept: accept, 'Accept-Language': 'en-US' } });
    assert.equal(response.status, 200, path);
    return response.text();
  }

  it('registers every type, enabled and without an error', async () => {
    const all = (await nodeRed.admin('nodes')) as NodeSet[];
    const ours = all.filter(({ module }) => module === packageName);
    const states = ours.map(({ name, types, enabled, err }) => ({ name, types, enabled, err }));
    const expected = nodeStems.map((name) => ({ name, types: [`mqtt-flows-${name}`], enabled: true, err: undefined }));
    assert.deepEqual(states, expected);
  });

  for (const stem of nodeStems) {
    it(`serves the form and the help of ${stem}`, async () => {
      const html = await served(`nodes/${packageName}/${stem}`, 'text/html');
      assert.ok(html.includes(readText(`dist/nodes/${stem}.html`)), 'the form');
      assert.ok(html.includes(readText(`src/locales/en-US/${stem}.html`).trim()), 'the help');
    });
  }

  for (const icon of filesBelow('src/nodes/icons')) {
    it(`serves the icon ${icon}`, async () => {
      // Node-RED serves its own icon in place of a missing one.
      assert.equal(await served(`icons/${packageName}/${icon}`, '*/*'), readText(`src/nodes/icons/${icon}`));
    });
  }

  for (const language of languages) {
    it(`serves the texts in ${language}`, async () => {
      const catalogues = (await nodeRed.admin(`nodes/messages?lng=${language}`)) as Record<string, unknown>;
      for (const stem of nodeStems) {
        const texts: unknown = JSON.parse(readText(`src/locales/${language}/${stem}.json`));
        assert.deepEqual(catalogues[`${packageName}/${stem}`], texts, stem);
      }
    });
  }

  it('knows each icon that a form names', async () => {
    const icons = (await nodeRed.admin('icons')) as Record<string, string[]>;
    const named = nodeStems.flatMap((stem) => editorDefinition(stem).icon ?? []);
    assert.deepEqual([...(icons[packageName] ?? [])].sort(), named.sort());
  });

  it('connects to the embedded broker when the first example is deployed', async () => {
    const [first = ''] = filesBelow('examples');
    await nodeRed.deploy(readText(`examples/${first}`));
    const connected = catalogue('en-US', 'broker').get('log.connected') ?? '';
    const server = catalogue('en-US', 'broker').get('log.embedded') ?? '';
    await nodeRed.waitForOutput(connected.slice(0, connected.indexOf('__server__')) + server);
  });

  it('makes Node-RED print no warning and no error', async () => {
    await nodeRed.stop();
    assert.deepEqual(complaints(nodeRed.output), []);
  });

  describe('where classic-level could not be built', () => {
    before(async function () {
      this.timeout(300_000);
      await nodeRed.stop();
      rmSync(join(userDir, 'node_modules/classic-level'), { recursive: true });
      writeFileSync(join(userDir, 'flows.json'), JSON.stringify(memoryAndDisk()));
      nodeRed = await NodeRedProcess.start(userDir, ALL_CORE_NODES);
    });

    it('passes messages on through an outbox in memory', () => nodeRed.waitForOutput('[debug:received] through'));

    it('refuses messages for an outbox on disk, and says how to get it', async () => {
      const text = catalogue('en-US', 'broker').get('errors.outbox-not-installed') ?? '';
      const [beginning = '', end = ''] = text.split('__detail__');
      await nodeRed.waitForOutput(`${beginning}Cannot find module 'classic-level'${end}`);
    });
  });
});
