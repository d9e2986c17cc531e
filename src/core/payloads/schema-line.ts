// Where in a .proto text something is wrong, by what protobufjs says about it.

/** The line, from 1; undefined where it cannot be told. */
export function schemaLine(text: string, detail: string): number | undefined {
  const [, named] = /\(line (\d+)\)/.exec(detail) ?? [];
  if (named !== undefined) return Number(named);
  // A slip that shows once the whole is read has no line: a type that is missing, or a name that is there twice.
  const [, missing] = /no such (?:Type|type|Enum)[^']*'([\w.]+)'/.exec(detail) ?? [];
  if (missing !== undefined) return lineOfWord(text, missing, 1);
  const [, twice] = /duplicate (?:name|id) '?([\w.]+)'?/.exec(detail) ?? [];
  return twice === undefined ? undefined : (lineOfWord(text, twice, 2) ?? lineOfWord(text, twice, 1));
}

/** The line of the `occurrence`th place where `word` stands alone. */
function lineOfWord(text: string, word: string, occurrence: number): number | undefined {
  let left = occurrence;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    const isAlone = !isPartOfName(text.charAt(at - 1)) && !isPartOfName(text.charAt(at + word.length));
    if (!isAlone || --left > 0) continue;
    return text.slice(0, at).split('\n').length;
  }
  return undefined;
}

function isPartOfName(character: string): boolean {
  return /^[\w.]$/.test(character);
}
