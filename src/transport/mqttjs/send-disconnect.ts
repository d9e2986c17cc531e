// The last word to a server that has broken the rules of MQTT: why the connection ends.

import type { Duplex } from 'node:stream';

/** How long a stream may take to be read to its end before it is destroyed all the same, in ms. */
export const CLOSE_GRACE = 500;

/** Sends DISCONNECT with a reason code (MQTT 5, section 3.14), and destroys `stream`. */
export function sendLastWord(stream: Duplex, reasonCode: number): void {
  const timer = setTimeout(() => stream.destroy(), CLOSE_GRACE);
  stream.end(Buffer.from([0xe0, 1, reasonCode]), () => {
    clearTimeout(timer);
    stream.destroy();
  });
}
