// Reads lists of string literals from our TypeScript: unions, and arrays with `as const`.

import { readText } from './package-files';

const LITERAL = /'([^']*)'/g;

/**
 * The members of `type <name> = 'a' | Exclude<Other, 'b'> | …` in a file below src/; `Other` in the file `otherFile`.
 */
export function unionMembers(file: string, name: string, otherFile = file): string[] {
  const declared = declaration(file, new RegExp(`type ${name} =([^;]*);`));
  const excluding = /Exclude<(\w+), ([^>]*)>/.exec(declared);
  if (!excluding) return literals(declared);
  const [whole, other = '', without = ''] = excluding;
  const taken = unionMembers(otherFile, other).filter((member) => !literals(without).includes(member));
  return [...taken, ...literals(declared.replace(whole, ''))];
}

/** The entries of `const <name> = ['a', …] as const` in a file below src/. */
export function constArray(file: string, name: string): string[] {
  return literals(declaration(file, new RegExp(`const ${name} = \\[([^\\]]*)\\] as const`)));
}

function declaration(file: string, pattern: RegExp): string {
  const body = pattern.exec(readText(`src/${file}`))?.[1];
  if (body === undefined) throw new Error(`src/${file} has nothing like ${pattern}`);
  return body;
}

function literals(text: string): string[] {
  return [...text.matchAll(LITERAL)].map(([, literal = '']) => literal);
}
