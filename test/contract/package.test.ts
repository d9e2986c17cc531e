// The published package: exactly the files that users need, and few bytes.

import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { repository } from '../helpers/package/environment';
import { npm } from '../helpers/package/npm';
import { filesBelow, manifest, nodeStems, pluginStems } from '../helpers/package/package-files';

interface Pack {
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

const MEGABYTE = 1_000_000;

function dryRun(): Pack {
  // It has npm's format, and the tests check the values.
  const [pack] = JSON.parse(npm(repository, 'pack', '--dry-run', '--json', '--ignore-scripts')) as Pack[];
  assert.ok(pack);
  return pack;
}

/**
 * One for each node and plugin, what they share, cborg, the command, and the tests for formats; what is for the editor alone is inside the forms.
 */
function scripts(): string[] {
  const { nodes, plugins } = manifest['node-red'];
  const shared = ['dist/cborg.js', 'dist/command/mqtt-flows.js', 'dist/command/format-suite.js', 'dist/runtime.js'];
  return [...shared, ...Object.values(nodes), ...Object.values(plugins)];
}

function expectedFiles(): string[] {
  const languages = new Set(filesBelow('src/locales').map((file) => file.slice(0, file.indexOf('/'))));
  const forms = [
    ...nodeStems.map((stem) => `dist/nodes/${stem}.html`),
    ...pluginStems.map((stem) => `dist/plugins/${stem}.html`),
  ];
  const texts = [...languages].flatMap((language) => [
    ...nodeStems.flatMap((stem) =>
      ['json', 'html'].map((ending) => `dist/nodes/locales/${language}/${stem}.${ending}`),
    ),
    ...pluginStems.map((stem) => `dist/plugins/locales/${language}/${stem}.json`),
  ]);
  const icons = filesBelow('src/nodes/icons').map((file) => `dist/nodes/icons/${file}`);
  const examples = filesBelow('examples').map((file) => `examples/${file}`);
  const documents = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];
  const loaded = ['resources/replace-core-nodes.js', 'resources/topics-chart.js'];
  return [...scripts(), ...forms, ...loaded, ...texts, ...icons, ...examples, ...documents].sort();
}

describe('The published package', () => {
  let pack: Pack;
  let paths: string[];

  before(() => {
    pack = dryRun();
    paths = pack.files.map(({ path }) => path).sort();
  });

  it('holds the scripts, forms, texts, icons, examples and documents, and nothing else', () => {
    assert.deepEqual(paths, expectedFiles());
  });

  it('holds the script of each node and plugin at the place that package.json names', () => {
    const { nodes, plugins } = manifest['node-red'];
    for (const file of Object.values({ ...nodes, ...plugins })) assert.ok(paths.includes(file), file);
  });

  it('names each node as its files are named', () => {
    for (const [name, file] of Object.entries(manifest['node-red'].nodes)) assert.equal(basename(file, '.js'), name);
  });

  it('is small, packed and unpacked', () => {
    assert.ok(pack.size < MEGABYTE, `${pack.size} bytes packed`);
    assert.ok(pack.unpackedSize < 2.8 * MEGABYTE, `${pack.unpackedSize} bytes unpacked`);
  });
});
