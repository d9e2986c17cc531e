// Text from a server for the eyes of people: it is not ours, so it stays on one line and short.

/** Characters that a log, a status or a sentence has use for. */
const LENGTH = 200;

/** `text` without control characters and line breaks, cut to 200 characters. */
export function plainText(text: string): string {
  const line = text
    .slice(0, 4 * LENGTH)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return line.length > LENGTH ? `${line.slice(0, LENGTH)}…` : line;
}
