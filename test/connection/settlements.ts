// Keeps what became of publications, and notices when one is settled twice.

import assert from 'node:assert/strict';
import type { Settled } from '#src/core/publications/publish-options';

export class Settlements {
  /** Lines such as `a ok 0` and `b publication-lost`, in the order in which they came. */
  readonly log: string[] = [];
  readonly #names = new Set<string>();

  /** What to give to the outbox for the publication called `name`; `then` is run within it. */
  of(name: string, then?: () => void): Settled {
    return (settlement) => {
      assert.ok(!this.#names.has(name), `"${name}" is settled a second time`);
      this.#names.add(name);
      this.log.push(settlement.ok ? `${name} ok ${settlement.reasonCode}` : `${name} ${settlement.error.code}`);
      then?.();
    };
  }
}
