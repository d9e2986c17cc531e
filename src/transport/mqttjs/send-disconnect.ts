// The end of a stream that is still open: what is said last, and no longer than a moment.

import type { Duplex } from 'node:stream';

/** The time in ms that a server has to read the stream to its end before it is destroyed. */
const CLOSE_GRACE = 500;

/** Resolves when `stream` is closed. `disconnect` sends DISCONNECT and ends it; without that, it is destroyed at once. */
export function closeStream(stream: Duplex, disconnect: (() => void) | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) return resolve();
    const timer = setTimeout(() => stream.destroy(), CLOSE_GRACE);
    stream.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    if (!stream.destroyed && disconnect) return disconnect();
    stream.destroy();
  });
}

/** Sends DISCONNECT with a reason code (MQTT 5, section 3.14), and destroys `stream`. */
export function sendLastWord(stream: Duplex, reasonCode: number): void {
  const timer = setTimeout(() => stream.destroy(), CLOSE_GRACE);
  stream.end(Buffer.from([0xe0, 1, reasonCode]), () => {
    clearTimeout(timer);
    stream.destroy();
  });
}
