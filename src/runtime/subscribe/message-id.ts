// Identifiers of messages. Node-RED would make 8 random bytes for each, which costs more than all else on the way in.

import { randomBytes } from 'node:crypto';

const prefix = randomBytes(6).toString('hex');
let count = 0;

/** One that no other message has, in this process and as good as surely in others. */
export function messageId(): string {
  return prefix + (count++).toString(16).padStart(4, '0');
}
