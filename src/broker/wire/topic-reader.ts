// Reads topic names from packets. Devices publish to the same topics again and again, so a topic that was read before is
// neither decoded nor checked again.

import { type Buffer, isUtf8 } from 'node:buffer';
import { topicNameProblem } from '../../core/topics/topic-name';
import { ProtocolViolation } from './protocol-violation';
import { Reason } from './reason';

/** A power of two. */
const PLACES = 4096;
/** bytes of the longest topic that is kept */
const LONGEST = 256;

/** U+FFFD may be the result of bytes that are not UTF-8. */
const REPLACEMENT = '\ufffd';

export class TopicReader {
  /** Topics in ASCII, each at the place of its hash: the last one read with this hash. */
  readonly #kept: (string | undefined)[] = new Array(PLACES).fill(undefined);

  /** The topic between `start` and `end`; it may be empty. Throws ProtocolViolation. */
  read(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length === 0) return '';
    if (length > LONGEST) return decodeTopic(bytes, start, end);
    let hash = length;
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
    const place = (hash ^ (hash >>> 15)) & (PLACES - 1);
    const kept = this.#kept[place];
    if (kept !== undefined && kept.length === length && isSame(kept, bytes, start)) return kept;
    const topic = decodeTopic(bytes, start, end);
    // Only ASCII has as many bytes as characters.
    if (topic.length === length) this.#kept[place] = topic;
    return topic;
  }
}

/** Keeps nothing. */
export const PLAIN_TOPICS: Pick<TopicReader, 'read'> = {
  read: (bytes, start, end) => (start === end ? '' : decodeTopic(bytes, start, end)),
};

function isSame(text: string, bytes: Buffer, start: number): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) !== bytes[start + index]) return false;
  return true;
}

function decodeTopic(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  if (text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(start, end))) {
    throw new ProtocolViolation(Reason.malformedPacket, 'a topic that is not UTF-8');
  }
  if (topicNameProblem(text)) throw new ProtocolViolation(Reason.topicInvalid, 'an invalid topic');
  return text;
}
