// What a topic state node is made of when it starts.

import type { Node, NodeAPI } from 'node-red';
import type { Connection } from '../../connection/connection';
import type { Codec } from '../../core/payloads/codec';
import type { StateNodeSettings } from '../../settings/state.config';
import type { RowFilters } from '../subscribe/row-filters';

export interface StateNodeParts {
  readonly RED: NodeAPI;
  readonly node: Node;
  readonly settings: StateNodeSettings;
  /** Undefined without a broker. */
  readonly connection: Connection | undefined;
  readonly codec: Codec;
  readonly rows: RowFilters;
}
