// A store in memory that writes when a test lets it, or fails.

import type { BrokerStore, StoreAside, StoreChange } from '#src/broker/store/broker-store';

export class SlowStore implements BrokerStore {
  readonly kept = new Map<string, Buffer>();
  fails = false;
  /** Whether it can be opened. */
  opens = true;
  /** How often it was to be opened. */
  attempts = 0;
  /** Its entries cannot be read, and are not damaged. */
  unreadable = false;
  /** How many changes have been kept. */
  written = 0;
  #held = false;
  #waiting: (() => void)[] = [];

  /** Lets no write end until go(). */
  hold(): void {
    this.#held = true;
  }

  go(): void {
    this.#held = false;
    for (const write of this.#waiting.splice(0)) write();
  }

  async open(): Promise<Record<string, never>> {
    this.attempts++;
    if (!this.opens) throw new Error('it is locked');
    return {};
  }

  async *entries(): AsyncGenerator<readonly [string, Buffer]> {
    if (this.unreadable) throw new Error('too many open files');
    yield* [...this.kept].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  async write(changes: readonly StoreChange[]): Promise<void> {
    if (this.#held) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.fails) throw new Error('the disk is full');
    this.written += changes.length;
    for (const change of changes) {
      if (change.kind === 'put') this.kept.set(change.key, change.value);
      else this.kept.delete(change.key);
    }
  }

  async putAside(): Promise<StoreAside> {
    this.kept.clear();
    return { path: 'aside', why: 'damaged' };
  }

  async close(): Promise<void> {}
}
