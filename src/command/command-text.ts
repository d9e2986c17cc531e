// The texts of the command, out of the catalogue that it shares with the dialog of the editor.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '../core/values/plain-value';

/** Beside dist/command, where the build puts this. */
const LOCALES = join(__dirname, '../plugins/locales');
const FALLBACK = 'en-US';

let catalogue: unknown;

/** A text in the language of the environment, or in English, with its values. */
export function commandText(key: string, values: Readonly<Record<string, string | number>> = {}): string {
  catalogue ??= JSON.parse(readFileSync(join(LOCALES, language(), 'moving-in.json'), 'utf8'));
  const text = key.split('.').reduce<unknown>((part, name) => (isRecord(part) ? part[name] : undefined), catalogue);
  if (typeof text !== 'string') return key;
  return text.replace(/__(\w+?)__/g, (whole, name: string) => String(values[name] ?? whole));
}

/** POSIX: `de_DE.UTF-8`, in the first of these variables that is set. */
function language(): string {
  const { LC_ALL, LC_MESSAGES, LANG } = process.env;
  const wanted = (LC_ALL || LC_MESSAGES || LANG || '').replace(/[_.@].*$/s, '');
  const known = readdirSync(LOCALES);
  return known.find((name) => name === wanted || name.split('-')[0] === wanted) ?? FALLBACK;
}
