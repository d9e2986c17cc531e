// Sends DISCONNECT to a server that has violated the protocol, with the reason.

import type { Duplex } from 'node:stream';

/** The time in ms that a server has to read the stream to its end before it is destroyed. */
export const CLOSE_GRACE = 500;

/** Sends DISCONNECT with a reason code (MQTT 5, section 3.14), and destroys `stream`. */
export function sendLastWord(stream: Duplex, reasonCode: number): void {
  const timer = setTimeout(() => stream.destroy(), CLOSE_GRACE);
  stream.end(Buffer.from([0xe0, 1, reasonCode]), () => {
    clearTimeout(timer);
    stream.destroy();
  });
}
