// How a subscribe node looks whose flow acknowledges later: what failed comes before what is at work.

import type { NodeAPI, NodeStatus } from 'node-red';
import type { DeliveryFigures } from '../acknowledgement/acknowledgement';
import { sharedText } from '../node/localize';

/** `connected`, with what there is to say beside it. */
export function deliveryStatus(
  RED: NodeAPI,
  connected: NodeStatus,
  { unacknowledged, failed, stuck }: DeliveryFigures,
): NodeStatus {
  if (stuck) return { ...connected, fill: 'red', text: sharedText(RED, 'status.stuck', { n: failed }) };
  // A window full of failures lets nothing more in: that would be silence without a reason.
  if (failed > 0) return { ...connected, fill: 'yellow', text: sharedText(RED, 'status.failed', { count: failed }) };
  if (unacknowledged === 0) return connected;
  return { ...connected, text: sharedText(RED, 'status.at-work', { count: unacknowledged }) };
}
