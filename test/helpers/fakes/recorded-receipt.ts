// A receipt that records its calls instead of a server.

import type { Receipt } from '#src/transport/transport';

export class RecordedReceipt implements Receipt {
  /** `acknowledged <reason code>` and `abandoned`, in their order. */
  readonly given: string[] = [];
  readonly #told: () => void;

  /** `told` is called at the first call. */
  constructor(told: () => void = () => {}) {
    this.#told = told;
  }

  acknowledge(reasonCode = 0): void {
    this.#tell(`acknowledged ${reasonCode}`);
  }

  abandon(): void {
    this.#tell('abandoned');
  }

  #tell(what: string): void {
    this.given.push(what);
    if (this.given.length === 1) this.#told();
  }
}
