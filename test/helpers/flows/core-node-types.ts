// The types of Node-RED's core nodes.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nodeRedScript } from '../package/environment';

const REGISTRATION = /RED\.nodes\.registerType\(\s*['"]([^'"]+)['"]/g;

function readTypes(): string[] {
  const manifest = require.resolve('@node-red/nodes/package.json', { paths: [dirname(nodeRedScript)] });
  const folder = join(dirname(manifest), 'core');
  const forms = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.html'));
  return forms.flatMap((path) =>
    [...readFileSync(join(folder, path), 'utf8').matchAll(REGISTRATION)].map(([, type = '']) => type),
  );
}

/** Every type that the forms of Node-RED's core nodes register. */
export const coreNodeTypes: ReadonlySet<string> = new Set(readTypes());
