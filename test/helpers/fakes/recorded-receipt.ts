// A receipt that keeps what it was told, in place of a server.

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
