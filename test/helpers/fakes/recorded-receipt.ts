// A receipt that records its calls instead of a server.

import type { Receipt } from '#src/transport/transport';

export class RecordedReceipt implements Receipt {
  /** `acknowledged <reason code>` and `abandoned`, in their order. */
  readonly given: string[] = [];

  acknowledge(reasonCode = 0): void {
    this.given.push(`acknowledged ${reasonCode}`);
  }

  abandon(): void {
    this.given.push('abandoned');
  }
}
