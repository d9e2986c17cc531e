// Prints the section of CHANGELOG.md about a version: `node scripts/release-notes.mjs v1.2.3 [changelog]`. Ends with an error
// when package.json has another version, or the section is missing or empty.

import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const [tag = '', file = join(root, 'CHANGELOG.md')] = process.argv.slice(2);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

function fail(why) {
  console.error(why);
  process.exit(1);
}

if (tag !== `v${version}`) fail(`The tag is ${tag}, the version of package.json is ${version}`);
const sections = readFileSync(file, 'utf8').split(/^## /m);
// A heading may carry a date: "## 1.2.3 (2026-01-31)".
const section = sections.find((text) => text.split(/\s/, 1)[0] === version);
if (!section) fail(`CHANGELOG.md has no section "## ${version}"`);
const notes = section.slice(section.indexOf('\n')).trim();
if (!notes) fail(`The section "## ${version}" of CHANGELOG.md is empty`);
console.log(notes);
