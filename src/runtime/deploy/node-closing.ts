// Tells whether a closing node has been deleted. Node-RED tells the nodes of tabs, but not those of a subflow when
// their instance is deleted or when they are deleted from the template.

import type { Node, NodeAPI } from 'node-red';
import { type Clock, systemClock } from '../../connection/clock';
import { isReplacing } from './deploy-events';
import { isSaved } from './saved-nodes';

/** ms. Node-RED gives up a node that takes 15 s to close, and starts the next instance beside it. */
export const CLOSING_TIME = 5000;

/**
 * Waits until `work` has ended in any way, for 5 s at most: what a context store never answers must not hold up a deploy.
 * Resolves with whether it has ended.
 */
export function endedInTime(work: Promise<unknown>, clock: Clock = systemClock): Promise<boolean> {
  return new Promise((resolve) => {
    const giveUp = clock.after(CLOSING_TIME, () => resolve(false));
    const ended = (): void => {
      giveUp();
      resolve(true);
    };
    void work.then(ended, ended);
  });
}

/** Calls `close` when `node` is stopped. `removed` means that it has been deleted. */
export function onClose(RED: NodeAPI, node: Node, close: (removed: boolean, done: () => void) => void): void {
  node.on('close', (removed: boolean, done: () => void) => {
    close(removed || (isReplacing(RED) && !isSaved(RED, node.id)), done);
  });
}
