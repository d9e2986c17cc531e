// Asks edge nodes of Sparkplug to send their births again (Sparkplug 3.0, section 6.4.24: NCMD with Node Control/Rebirth),
// when a subscribe node has missed something of them. Each edge node is asked once in a while, whatever number of nodes of
// the connection and of messages finds something missing: a birth can be large.

import type { Node, NodeAPI } from 'node-red';
import { type Clock, systemClock } from '../../connection/clock';
import type { Connection } from '../../connection/connection';
import { findCodec } from '../../core/payloads/formats/find-codec';
import { sparkplugTopic } from '../../core/payloads/sparkplug-births';
import { reportError } from '../node/node-problem';

/** ms between two requests to the same edge node */
const PAUSE = 30_000;
/** Edge nodes that are remembered; those asked longest ago are forgotten first. */
const MOST_EDGE_NODES = 10_000;

/** When which edge node was asked, by the nodes of one connection. */
export class RebirthLimit {
  readonly #asked = new Map<string, number>();

  /** Whether the edge node may be asked at `now` in ms, which then counts as the time. */
  take(edgeNode: string, now: number): boolean {
    const last = this.#asked.get(edgeNode);
    if (last !== undefined && now - last < PAUSE) return false;
    // Deleted first, so that the order of the Map is that of the requests.
    this.#asked.delete(edgeNode);
    this.#asked.set(edgeNode, now);
    const [oldest] = this.#asked.keys();
    if (this.#asked.size > MOST_EDGE_NODES && oldest !== undefined) this.#asked.delete(oldest);
    return true;
  }
}

const byConnection = new WeakMap<Connection, RebirthLimit>();

function limitOf(connection: Connection): RebirthLimit {
  const limit = byConnection.get(connection) ?? new RebirthLimit();
  byConnection.set(connection, limit);
  return limit;
}

/** Asks the edge node behind a topic of Sparkplug for its births, if it was not asked a short time ago. */
export function rebirthAsker(
  RED: NodeAPI,
  node: Node,
  connection: Connection,
  clock: Clock = systemClock,
): (topic: string) => void {
  const limit = limitOf(connection);
  return (topic) => {
    const place = sparkplugTopic(topic);
    if (!place || !limit.take(`${place.group}/${place.node}`, clock.now())) return;
    const command = { name: 'Node Control/Rebirth', type: 'Boolean', value: true };
    const codec = findCodec('sparkplug');
    const encoded = codec.ok ? codec.value.encode({ timestamp: clock.wall(), metrics: [command] }) : undefined;
    if (!encoded?.ok) return;
    connection.publish(
      // Commands are sent at QoS 0 and are never retained (section 6.4.24).
      { topic: `spBv1.0/${place.group}/NCMD/${place.node}`, payload: encoded.payload, qos: 0, retain: false },
      (settlement) => settlement.ok || reportError(RED, node, settlement.error),
      { whileOffline: 'fail', completeOn: 'acknowledged', origin: node.id },
    );
  };
}
