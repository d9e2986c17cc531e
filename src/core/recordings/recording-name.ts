// The names of recordings. A name becomes the name of a file, so it holds nothing that a file system could take for
// something else: no path, no hidden file, no device of Windows.

/** Characters of a name. With the ending and in UTF-8, it fits into the 255 bytes of a file name. */
const LONGEST = 60;
const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M} ._-]*[\p{L}\p{N}\p{M}_-])?$/u;
/** Names that Windows takes for devices, whatever their ending is. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

export const ENDING = '.jsonl';

/** Whether `name` can name a recording: letters, digits, blanks and `. _ -`, and no more than 60 characters. */
export function isRecordingName(name: unknown): name is string {
  if (typeof name !== 'string' || name.length > LONGEST || name !== name.normalize('NFC')) return false;
  return NAME.test(name) && !DEVICE.test(name);
}

/** The name of the recording in a file called `file`; undefined when the file is none. */
export function recordingNameOf(file: string): string | undefined {
  if (!file.endsWith(ENDING)) return undefined;
  const name = file.slice(0, -ENDING.length);
  return isRecordingName(name) ? name : undefined;
}

/** What is left of `text` as a name for a recording: `fallback` when there is nothing. */
export function recordingNameFrom(text: string, fallback: string): string {
  const name = text
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}\p{M} ._-]+/gu, ' ')
    .slice(0, LONGEST)
    .replace(/^[^\p{L}\p{N}]+|[ .]+$/gu, '');
  return isRecordingName(name) ? name : fallback;
}
