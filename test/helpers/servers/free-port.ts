// A TCP port that was free a moment ago.

import { createServer } from 'node:net';

/** Asks the operating system for a port on the loopback address, and gives it back. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('the operating system gave no port'));
      });
    });
  });
}
