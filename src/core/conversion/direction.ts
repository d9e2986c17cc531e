// What a conversion does with each type of node: from the core nodes to ours, or the way back. Runs in the editor too.

import type { ConversionNote, NodeConversion } from './conversion-note';
import type { FlowNode } from './flow-node';

export interface Direction {
  /** The type of the broker nodes that are replaced. */
  readonly brokerType: string;
  convertBroker(node: FlowNode): NodeConversion;
  /** Converts a node that is no broker node; undefined for one that is none of this conversion's business. */
  convert(node: FlowNode): NodeConversion | undefined;
  /** `broker`, converted, for a connection beside that of the original: two clients must not share an identifier. */
  apart(broker: FlowNode): { readonly node: FlowNode; readonly notes: readonly ConversionNote[] };
}
