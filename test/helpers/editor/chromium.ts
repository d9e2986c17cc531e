// The Chromium of one suite. Each suite has its own, so that no suite depends on what another has left behind.

import { type Browser, chromium } from 'playwright-core';

/** Turns off the parts of Chromium that use the network by themselves. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Chromium from the path `program`. The caller closes it. */
export function launchChromium(program: string): Promise<Browser> {
  return chromium.launch({ executablePath: program, args: QUIET });
}
