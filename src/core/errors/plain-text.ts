// Text from a server, made safe to show: one line, short, no control characters.

/** The most characters that a log line, a status or a sentence can use. */
const LENGTH = 200;

/** `text` without control characters and line breaks, cut to 200 characters. */
export function plainText(text: string): string {
  const line = text
    .slice(0, 4 * LENGTH)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return line.length > LENGTH ? `${line.slice(0, LENGTH)}…` : line;
}
