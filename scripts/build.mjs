// Builds dist/: the runtime by tsc, one script per node for the editor by esbuild, and html, locales and icons beside.
// package.json's `node-red.nodes` is the list of nodes. A type error anywhere, editor and tests included, ends it.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'src/nodes');
const target = join(root, 'dist/nodes');
const { 'node-red': nodeRed } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** What is left of source files that are gone would be packed and loaded, or run as a test. */
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

/** dist/nodes/<stem>.html: the script of the dialog, then its form. */
async function assembleNode(stem) {
  const result = await build({
    entryPoints: [join(source, `${stem}.editor.ts`)],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: ['es2022'],
    legalComments: 'none',
    logLevel: 'warning',
  });
  const script = result.outputFiles[0].text.replaceAll('</script', '<\\/script');
  const form = readFileSync(join(source, `${stem}.html`), 'utf8');
  writeFileSync(join(target, `${stem}.html`), `<script type="text/javascript">\n${script}</script>\n${form}`);
}

removeStale('src', 'dist');
removeStale('test', 'build/test');
compile();
mkdirSync(target, { recursive: true });
for (const folder of ['locales', 'icons']) rmSync(join(target, folder), { recursive: true, force: true });
await Promise.all(Object.values(nodeRed.nodes).map((file) => assembleNode(basename(file, '.js'))));
cpSync(join(root, 'src/locales'), join(target, 'locales'), { recursive: true });
cpSync(join(source, 'icons'), join(target, 'icons'), { recursive: true });
