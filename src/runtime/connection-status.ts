// How the state of a connection looks on a node: one table for all nodes that use it.

import type { NodeStatus } from 'node-red';
import type { ConnectionState } from '../connection/connection-state';
import { sharedKey } from './localize';

/** The badge of a state. Its text is a key, so that each user of the editor reads their own language. */
export function connectionStatus(state: ConnectionState): NodeStatus {
  switch (state.kind) {
    case 'idle':
      return { fill: 'grey', shape: 'ring', text: sharedKey('status.idle') };
    case 'connecting':
      return { fill: 'yellow', shape: 'ring', text: sharedKey('status.connecting') };
    case 'connected':
      return { fill: 'green', shape: 'dot', text: sharedKey('status.connected') };
    case 'waiting':
      return { fill: 'red', shape: 'ring', text: sharedKey(`status.${state.error.code}`) };
    case 'closing':
    case 'closed':
      return { fill: 'grey', shape: 'ring', text: sharedKey('status.disconnected') };
  }
}
