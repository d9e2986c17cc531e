// Where the broker inside Node-RED keeps what it remembers: a folder of its broker node in Node-RED's user directory.

import { join } from 'node:path';
import type { Node, NodeAPI } from 'node-red';
import type { BrokerStore } from '../../broker/store/broker-store';
import { BrokerLevelStore } from './broker-level-store';

/** The store of the broker of `node`; undefined without a user directory, as in tests. */
export function brokerStore(RED: NodeAPI, node: Node): BrokerStore | undefined {
  const { userDir } = RED.settings;
  if (typeof userDir !== 'string' || userDir === '') return undefined;
  return new BrokerLevelStore(join(userDir, 'mqtt-flows', `${node.id}.broker`));
}
