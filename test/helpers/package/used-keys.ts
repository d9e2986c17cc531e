// Finds the keys of the catalogues that the sources use, and how they name them.

import { filesBelow, nodeStems, readText } from './package-files';

/** A place in the sources that names a key. */
export interface KeyUse {
  readonly file: string;
  /** The node whose catalogue holds the text. */
  readonly stem: string;
  /** The whole key, or the part before the first value of a template literal. */
  readonly key: string;
  readonly kind: 'literal' | 'template' | 'unreadable';
}

/** The catalogue that all nodes share. */
export const SHARED_STEM = 'broker';

/** Functions that use another catalogue. */
const OWN_CATALOGUE: Readonly<Record<string, string>> = {
  topicsText: 'topics',
  movingInText: 'moving-in',
  commandText: 'moving-in',
};

const CALL =
  /(?<!function )\b(sharedText|sharedKey|topicsText|movingInText|commandText|this\._|RED\._)\(\s*(?:RED,\s*)?('[^']*'|`[^`]*`|[^,)]+)/g;
/** Keys that an error carries as a value. They are translated where the error is shown. */
const PROBLEM_KEY =
  /\b(?:problem|hint|progress)Key: ('[^']*'|`[^`]*`|[^,}]+)|('(?:expected|waited|insteadOfWebSocket)\.\w+')/g;
const FORM = /\bdata-i18n="([^"]*)"/g;

function use(file: string, stem: string, argument: string): KeyUse {
  const inner = argument.slice(1, -1);
  if (argument.startsWith("'")) return { file, stem, key: inner, kind: 'literal' };
  if (argument.startsWith('`')) return { file, stem, key: inner.replace(/\$\{.*/s, ''), kind: 'template' };
  return { file, stem, key: argument, kind: 'unreadable' };
}

function inScript(file: string): KeyUse[] {
  const text = readText(`src/${file}`);
  const own = nodeStems.find((stem) => file === `nodes/${stem}.editor.ts`) ?? SHARED_STEM;
  const calls = [...text.matchAll(CALL)].map(([, name, argument = '']) =>
    use(file, name === 'this._' ? own : (OWN_CATALOGUE[name ?? ''] ?? SHARED_STEM), argument),
  );
  const problems = [...text.matchAll(PROBLEM_KEY)].map(([, problem, expected = '']) =>
    use(file, SHARED_STEM, problem ?? expected),
  );
  return [...calls, ...problems];
}

/** `data-i18n` holds keys separated by semicolons. A key may follow the name of an attribute in brackets. */
function inForm(stem: string): KeyUse[] {
  const file = `nodes/${stem}.html`;
  const keys = [...readText(`src/${file}`).matchAll(FORM)].flatMap(([, list = '']) => list.split(';'));
  return keys.map((key) => ({ file, stem, key: key.replace(/^\[[\w-]+\]/, ''), kind: 'literal' }));
}

/** All places below src/ that name a key. */
export const keyUses: readonly KeyUse[] = [
  ...filesBelow('src')
    .filter((file) => file.endsWith('.ts'))
    .flatMap(inScript),
  ...nodeStems.flatMap(inForm),
];
