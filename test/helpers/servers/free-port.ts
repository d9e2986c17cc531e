// Finds a free TCP port.

import { createServer } from 'node:net';

/**
 * Below the ports from which operating systems take those for clients, and for servers that ask for none (Linux: 32768). A port of
 * these could be taken by anybody between two uses: when a server starts that was given it, or listens again.
 */
const FIRST = 20_000;
const LAST = 32_000;
/** So many processes have ports of their own. */
const PROCESSES = 32;
const SHARE = Math.floor((LAST - FIRST) / PROCESSES);

/** The workers of one run have numbers in order, and another run, or a program, has another parent. */
const worker = process.env.MOCHA_WORKER_ID;
const place = (worker === undefined ? process.pid : process.ppid + Number(worker)) % PROCESSES;
let given = 0;

/** A port of the loopback address that is free at the moment. No other call gives it soon. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < SHARE; tries++) {
    const port = FIRST + place * SHARE + (given++ % SHARE);
    if (await isFree(port)) return port;
  }
  throw new Error('no port is free');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
