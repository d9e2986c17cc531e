// The Chromium of this process, which all suites that run in it share: each opens contexts of its own, which know nothing of
// each other.

import { type Browser, chromium } from 'playwright-core';

/** Nothing of Chromium's own that would want to reach the network. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** ms after which it ends when no suite uses it: the next one starts well within it. */
const IDLE = 3000;

let running: Promise<Browser> | undefined;
let users = 0;

/** Starts it from the path `program`, unless it runs. Give it back by releaseChromium(). */
export async function useChromium(program: string): Promise<Browser> {
  users++;
  const browser = await running?.catch(() => undefined);
  // A browser that has crashed is no use to the suites after the one that it failed.
  if (!browser?.isConnected()) running = chromium.launch({ executablePath: program, args: QUIET });
  try {
    return await (running ?? Promise.reject(new Error('it has been ended meanwhile')));
  } catch (error) {
    users--;
    throw error;
  }
}

/** Call once for each useChromium(), when the contexts are closed. */
export function releaseChromium(): void {
  users--;
  setTimeout(() => void endIfIdle(), IDLE).unref();
}

async function endIfIdle(): Promise<void> {
  if (users > 0 || !running) return;
  const idle = running;
  running = undefined;
  await (await idle).close();
}
