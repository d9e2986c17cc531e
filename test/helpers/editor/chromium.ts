// The Chromium of one suite. A suite shares it with no other, so that none depends on what another has left.

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

/** Starts Chromium from the path `program`. The caller closes it. */
export function launchChromium(program: string): Promise<Browser> {
  return chromium.launch({ executablePath: program, args: QUIET });
}
