// Requests of a page that are held back, as a slow link would.

import type { Page } from 'playwright-core';

export class HeldRequests {
  /** How many have come. */
  count = 0;
  readonly #page: Page;
  readonly #url: string | RegExp;
  readonly #held: (() => void)[] = [];
  #isReleased = false;

  private constructor(page: Page, url: string | RegExp) {
    this.#page = page;
    this.#url = url;
  }

  /** Holds those that go to `url`, a pattern as `Page.route` takes it, until release(). */
  static async of(page: Page, url: string | RegExp): Promise<HeldRequests> {
    const requests = new HeldRequests(page, url);
    await page.route(url, async (route) => {
      requests.count++;
      if (!requests.#isReleased) await new Promise<void>((resolve) => requests.#held.push(resolve));
      await route.continue();
    });
    return requests;
  }

  /** Does `act`, and waits for the request that it causes. */
  async while(act: () => Promise<void>): Promise<void> {
    const sent = this.#page.waitForRequest(this.#url);
    await act();
    await sent;
  }

  /** Lets them go, and returns when the page has an answer and has done what follows from it. */
  async answer(): Promise<void> {
    const answered = this.#page.waitForResponse(this.#url);
    this.release();
    await (await answered).finished();
    await this.#page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }

  /** Lets them go, the oldest first, and does not hold those that follow. */
  release(): void {
    this.#isReleased = true;
    for (const release of this.#held.splice(0)) release();
  }
}
