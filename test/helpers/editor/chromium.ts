// The Chromium of a process that runs tests. Suites share it: each page has a context of its own, so that no suite sees
// data of another.

import { type Browser, chromium } from 'playwright-core';

/**
 * What Chromium shall do without. It knows this switch once, so the list stands in place of Playwright's own, which makes
 * up its beginning.
 */
const WITHOUT = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
  // The menu of the address bar is a page by itself. Loading it costs as much as half an editor, for each window.
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
];

/** Turns off the parts of Chromium that use the network by themselves. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${WITHOUT.join(',')}`,
];

/** ms without a user after which it is closed: the next suite of a process may start a server first. */
const PATIENCE = 10_000;

let running: Promise<Browser> | undefined;
let users = 0;
let closing: NodeJS.Timeout | undefined;

/** Chromium from the path `program`, which is started for the first user. Who is done with it calls releaseChromium(). */
export async function useChromium(program: string): Promise<Browser> {
  clearTimeout(closing);
  users++;
  running ??= chromium.launch({ executablePath: program, args: QUIET });
  const mine = running;
  try {
    const browser = await mine;
    // Another is started after one that has crashed.
    browser.once('disconnected', () => forget(mine));
    return browser;
  } catch (error) {
    forget(mine);
    users--;
    throw error;
  }
}

function forget(browser: Promise<Browser>): void {
  if (running === browser) running = undefined;
}

/** The caller has closed its pages. */
export function releaseChromium(): void {
  users--;
  if (users > 0) return;
  closing = setTimeout(() => {
    const unused = running;
    running = undefined;
    void unused?.then((browser) => browser.close());
  }, PATIENCE);
}
