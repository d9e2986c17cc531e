// A text in parts, of which some are marked because they were searched for. Runs in the editor.

interface TextPart {
  readonly text: string;
  readonly marked: boolean;
}

/** `text` in parts, with each occurrence of one of `words` marked. The words are in lower case. */
export function markedParts(text: string, words: readonly string[]): readonly TextPart[] {
  const lower = text.toLowerCase();
  // Few letters have other lengths in lower case. Their places would be wrong.
  if (words.length === 0 || lower.length !== text.length) return [{ text, marked: false }];
  const marked = new Uint8Array(text.length);
  for (const word of words) {
    if (word === '') continue;
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length)) {
      marked.fill(1, at, at + word.length);
    }
  }
  const parts: TextPart[] = [];
  let start = 0;
  for (let end = 1; end <= text.length; end++) {
    if (end < text.length && marked[end] === marked[start]) continue;
    parts.push({ text: text.slice(start, end), marked: marked[start] === 1 });
    start = end;
  }
  return parts;
}
