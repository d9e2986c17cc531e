// The message catalogues of the package, flat: `status.connected` and its text.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './environment';
import { readJson } from './package-files';

/** The languages, the fallback language of Node-RED first. */
export const languages: readonly string[] = readdirSync(join(repository, 'src/locales')).sort(
  (a, b) => Number(b === 'en-US') - Number(a === 'en-US') || a.localeCompare(b),
);

/** The texts of one node in one language, by their full keys. A value that is no text counts as an empty one. */
export function catalogue(language: string, stem: string): Map<string, string> {
  const texts = new Map<string, string>();
  collect(readJson(`src/locales/${language}/${stem}.json`), '', texts);
  return texts;
}

function collect(value: unknown, key: string, texts: Map<string, string>): void {
  if (typeof value !== 'object' || value === null) {
    texts.set(key, typeof value === 'string' ? value : '');
    return;
  }
  for (const [name, child] of Object.entries(value)) collect(child, key === '' ? name : `${key}.${name}`, texts);
}
