// Waits for a slow reader.

import type { Writable } from 'node:stream';

/** Resolves when `stream` takes more, or never will. Leaves no listener behind: one stream may wait a thousand times. */
export function roomIn(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      stream.off('drain', go).off('close', go);
      resolve();
    };
    stream.on('drain', go).on('close', go);
  });
}
