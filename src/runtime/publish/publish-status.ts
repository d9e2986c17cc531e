// The status of a publish node: the state of its connection, and how many messages wait in the outbox of its broker.

import type { Node, NodeAPI } from 'node-red';
import type { Connection } from '../../connection/connection';
import { sharedText } from '../node/localize';
import { connectionStatus, showStatus } from '../node/node-status';

/** The interval of updates in ms, since each status goes to every open editor. */
const PACE = 1000;

export interface PublishStatus {
  /** Call when a message has been given to the outbox, where it may have to wait. */
  look(): void;
  stop(): void;
}

export function publishStatus(RED: NodeAPI, node: Node, connection: Connection): PublishStatus {
  const show = showStatus(node);
  let timer: NodeJS.Timeout | undefined;
  /** The number of waiting messages at the last update. */
  let count = 0;

  const update = (): void => {
    const status = connectionStatus(connection.state);
    show(count > 0 ? { ...status, text: sharedText(RED, 'status.queued', { count }) } : status);
  };
  const look = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      const { depth, inFlight } = connection.outboxFigures;
      count = Math.max(0, depth - inFlight);
      update();
      if (count > 0) look();
    }, PACE);
  };
  const unwatch = connection.watch(() => {
    update();
    look();
  });
  return {
    look,
    stop() {
      clearTimeout(timer);
      unwatch();
    },
  };
}
