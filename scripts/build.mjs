// Builds build/ for the tests, by tsc: one file for each source. Builds dist/ for users, by esbuild: a script for each node
// and plugin, what they share in runtime.js, the command, and html, locales and icons beside. package.json's `node-red.nodes` and
// `node-red.plugins` are the lists of them. A type error anywhere, editor and tests included, ends it.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const { 'node-red': nodeRed } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Outputs of deleted source files would be loaded, or run as tests. */
function removeStale(sources, outputs) {
  mkdirSync(join(root, outputs), { recursive: true });
  for (const file of readdirSync(join(root, outputs), { recursive: true })) {
    if (!file.endsWith('.js')) continue;
    const stem = file.slice(0, -'.js'.length);
    if (existsSync(join(root, sources, `${stem}.ts`))) continue;
    for (const ending of ['.js', '.js.map', '.d.ts']) rmSync(join(root, outputs, stem + ending), { force: true });
  }
}

function compile() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-b'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Options for everything that runs in Node-RED. Names and lines stay, so that stack traces are readable. */
const forNodeJs = {
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: ['node20'],
  tsconfig: join(root, 'tsconfig.runtime.json'),
  // Dependencies are installed and updated by the user, and each is loaded when first needed.
  packages: 'external',
  external: ['#cborg', '#package.json'],
  legalComments: 'none',
  logLevel: 'warning',
};

/** dist/<kind>/<stem>.js for each: its own source, and `require('../runtime.js')` for all that it imports. */
async function bundleEntries(files) {
  const imported = new Set();
  const shared = {
    name: 'shared',
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        imported.add(resolve(resolveDir, path));
        return { path: '../runtime.js', external: true };
      });
    },
  };
  await build({
    ...forNodeJs,
    entryPoints: files.map((file) => join(root, file.replace(/^dist/, 'src').replace(/js$/, 'ts'))),
    outbase: join(root, 'src'),
    outdir: join(root, 'dist'),
    plugins: [shared],
  });
  return imported;
}

/** dist/runtime.js: what the entries import, once, because connections and registers are shared by all of them. */
async function bundleShared(modules) {
  await build({
    ...forNodeJs,
    stdin: {
      contents: [...modules].map((path) => `export * from ${JSON.stringify(path)};\n`).join(''),
      resolveDir: root,
    },
    outfile: join(root, 'dist/runtime.js'),
    // Two exports of one name would both be missing.
    logOverride: { 'ambiguous-reexport': 'error' },
  });
}

/** Options for what no Node-RED runs, and whose errors are sentences. */
const forCommands = { ...forNodeJs, minifyWhitespace: true, minifySyntax: true };

/** dist/command: what `npx` runs, in a process of its own. */
async function bundleCommand() {
  await build({
    ...forCommands,
    entryPoints: [join(root, 'src/command/mqtt-flows.ts')],
    outdir: join(root, 'dist/command'),
    banner: { js: '#!/usr/bin/env node' },
  });
}

/** dist/command/format-suite.js, by which other packages test their formats. */
async function bundleFormatSuite() {
  await build({
    ...forCommands,
    entryPoints: [join(root, 'src/command/format-suite.ts')],
    outdir: join(root, 'dist/command'),
  });
}

/**
 * dist/cborg.js, which `#cborg` of package.json stands for. cborg is an ECMAScript module, which the CommonJS of Node-RED
 * cannot load at once in every Node.js that it runs on.
 */
async function bundleCborg() {
  const { version, license } = JSON.parse(readFileSync(join(root, 'node_modules/cborg/package.json'), 'utf8'));
  await build({
    ...forNodeJs,
    packages: 'bundle',
    minify: true,
    stdin: { contents: "export * from 'cborg'; export * from 'cborg/taglib';", resolveDir: root },
    outfile: join(root, 'dist/cborg.js'),
    banner: { js: `// cborg ${version}, ${license}: https://github.com/rvagg/cborg` },
  });
}

/** Options for everything that runs in the editor. */
const forBrowser = {
  bundle: true,
  platform: 'browser',
  target: ['es2022'],
  legalComments: 'none',
  // Each form contains the code that it shares with others. Names stay, for debugging.
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
};

/** dist/<kind>/<stem>.html: the script for the editor, then the form of a node or the styles of a plugin. */
async function assemble(kind, stem) {
  const source = join(root, 'src', kind);
  const result = await build({
    ...forBrowser,
    entryPoints: [join(source, `${stem}.editor.ts`)],
    write: false,
    format: 'iife',
  });
  const script = result.outputFiles[0].text.replaceAll('</script', '<\\/script');
  const form = readFileSync(join(source, `${stem}.html`), 'utf8');
  writeFileSync(
    join(root, 'dist', kind, `${stem}.html`),
    `<script type="text/javascript">\n${script}</script>\n${form}`,
  );
}

/** resources: what the editor loads when it is first used. Node-RED serves this folder of a package. */
async function bundleResources() {
  rmSync(join(root, 'resources'), { recursive: true, force: true });
  await build({
    ...forBrowser,
    entryPoints: { 'replace-core-nodes': join(root, 'src/editor/moving-in/replace-dialog.ts') },
    outdir: join(root, 'resources'),
    format: 'esm',
  });
  const { version, license, author } = JSON.parse(readFileSync(join(root, 'node_modules/uplot/package.json'), 'utf8'));
  await build({
    ...forBrowser,
    entryPoints: { 'topics-chart': join(root, 'src/editor/sidebar/uplot-chart.ts') },
    outdir: join(root, 'resources'),
    format: 'esm',
    loader: { '.css': 'text' },
    // Most of it is a library, which nobody debugs here.
    minifyIdentifiers: true,
    banner: { js: `// uPlot ${version}, ${license}, (c) ${author}: https://github.com/leeoniya/uPlot` },
  });
}

/** dist/<kind>/locales: Node-RED looks for the texts of a set beside its script. */
function copyTexts(kind, stems) {
  const ours = (path) => !path.includes('.') || stems.includes(basename(path).replace(/\.\w+$/, ''));
  cpSync(join(root, 'src/locales'), join(root, 'dist', kind, 'locales'), {
    recursive: true,
    filter: (path) => ours(path.slice(root.length)),
  });
  // Without indentation: a tenth of the bytes that every user downloads.
  for (const path of readdirSync(join(root, 'dist', kind, 'locales'), { recursive: true })) {
    if (!path.endsWith('.json')) continue;
    const file = join(root, 'dist', kind, 'locales', path);
    writeFileSync(file, JSON.stringify(JSON.parse(readFileSync(file, 'utf8'))));
  }
}

removeStale('src', 'build/src');
removeStale('test', 'build/test');
compile();
rmSync(join(root, 'dist'), { recursive: true, force: true });
const { nodes, plugins } = nodeRed;
await bundleCborg();
await bundleShared(await bundleEntries([...Object.values(nodes), ...Object.values(plugins)]));
await bundleCommand();
await bundleFormatSuite();
await bundleResources();
for (const [kind, files] of Object.entries({ nodes, plugins })) {
  const stems = Object.values(files).map((file) => basename(file, '.js'));
  await Promise.all(stems.map((stem) => assemble(kind, stem)));
  copyTexts(kind, stems);
}
cpSync(join(root, 'src/nodes/icons'), join(root, 'dist/nodes/icons'), { recursive: true });
