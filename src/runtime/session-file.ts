// What a broker node with a persistent session remembers over a restart: a small file in Node-RED's user directory.

import { readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Node, NodeAPI } from 'node-red';
import type { RememberedSubscription, SessionMemory } from '../connection/session-memory';
import { isQoS } from '../core/publication';

/** A memory that is on disk once its last change has been written. */
export interface SessionFile extends SessionMemory {
  /** Resolves when what was remembered last is on disk, or cannot be written. */
  written(): Promise<void>;
  /** Removes the file: the node is gone. */
  forget(): Promise<void>;
}

/**
 * The memory of `node`. `session` says whose session it is; what was remembered of another one is of no use. A file that
 * cannot be read counts as empty: then the server is asked for every subscription again, and keeps those that are gone.
 */
export function sessionFile(RED: NodeAPI, node: Node, session: string): SessionFile | undefined {
  const { userDir } = RED.settings;
  // Without a user directory, as in tests, there is nothing that would outlive the process.
  if (typeof userDir !== 'string' || userDir === '') return undefined;
  const path = join(userDir, 'mqtt-flows', `${node.id}.session.json`);
  let writing = Promise.resolve();
  let next: (() => readonly RememberedSubscription[]) | undefined;

  const write = async (): Promise<void> => {
    if (!next) return;
    const text = JSON.stringify({ session, subscriptions: next() });
    next = undefined;
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.new`, text);
      await rename(`${path}.new`, path);
    } catch (error) {
      node.debug(`${path}: ${String(error)}`);
    }
  };
  return {
    subscriptions: read(path, session),
    remember(current) {
      const waiting = next !== undefined;
      next = current;
      // Changes that come while one is being written become one write.
      if (!waiting) writing = writing.then(write);
    },
    written: () => writing,
    async forget() {
      next = undefined;
      await writing;
      await rm(path, { force: true });
    },
  };
}

function read(path: string, session: string): readonly RememberedSubscription[] {
  try {
    const stored: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (!isRecord(stored) || stored.session !== session || !Array.isArray(stored.subscriptions)) return [];
    return stored.subscriptions.every(isRemembered) ? stored.subscriptions : [];
  } catch {
    return [];
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** We wrote the file ourselves; this tells it from a damaged one. */
function isRemembered(value: unknown): value is RememberedSubscription {
  if (!isRecord(value) || !isRecord(value.request)) return false;
  const { filter, qos, identifier } = value.request;
  const { granted } = value;
  const identified = identifier === undefined || (Number.isInteger(identifier) && Number(identifier) > 0);
  return typeof filter === 'string' && isQoS(qos) && identified && (granted === undefined || isQoS(granted));
}
