// Chooses how a subscribe node acknowledges, by its settings.

import type { Acknowledging, AcknowledgingNode } from './acknowledgement';
import { CompletionAcknowledgement } from './completion-acknowledgement';
import { ManualAcknowledgement } from './manual-acknowledgement';
import { ReceiptAcknowledgement } from './receipt-acknowledgement';

/** Takes the deliveries of a node until leave(). */
export function acknowledging(to: AcknowledgingNode): Acknowledging {
  switch (to.settings.acknowledge) {
    case 'receipt':
      return new ReceiptAcknowledgement(to);
    case 'completion':
      return new CompletionAcknowledgement(to);
    case 'manual':
      return new ManualAcknowledgement(to);
  }
}
