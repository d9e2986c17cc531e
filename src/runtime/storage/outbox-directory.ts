// Where a broker node keeps its outbox on disk: a folder of its own in Node-RED's user directory.

import { join } from 'node:path';
import type { Node, NodeAPI } from 'node-red';
import type { OutboxStore, StoreContents } from '../../connection/outbox/disk/outbox-store';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { sharedText } from '../node/localize';
import { LevelStore } from './level-store';

/** The store of `node`. It is not opened before `after` resolves. */
export function outboxStore(RED: NodeAPI, node: Node, fsync: boolean, after?: Promise<void>): OutboxStore {
  const { userDir } = RED.settings;
  // Without a user directory, as in tests, nothing outlives the process.
  if (typeof userDir !== 'string' || userDir === '') return homeless;
  const path = join(userDir, 'mqtt-flows', `${node.id}.outbox`);
  const opened = ({ count }: StoreContents): void => {
    if (count > 0) node.log(sharedText(RED, 'log.restored', { count }));
  };
  return new LevelStore({ path, fsync, opened, ...(after ? { after } : {}) });
}

const homeless: OutboxStore = {
  open: async () => Promise.reject(nowhere()),
  write: async () => Promise.reject(nowhere()),
  read: async () => Promise.reject(nowhere()),
  close: async () => {},
};

function nowhere(): MqttFlowsError {
  const params = { path: '–', detail: 'userDir' };
  return new MqttFlowsError('outbox-unavailable', { stage: 'outbox', params });
}
