// What a broker node with a persistent session remembers across a restart: a small file in Node-RED's user directory.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Node, NodeAPI } from 'node-red';
import type { RememberedSubscription, SessionMemory } from '../../connection/session/session-memory';
import { isQoS } from '../../core/publications/publication';
import { isRecord } from '../../core/values/plain-value';

/** A session memory on disk. */
export interface SessionFile extends SessionMemory {
  /** Resolves when the last change is on disk, or cannot be written. */
  written(): Promise<void>;
  /** Removes the file, since the node has been deleted. */
  forget(): Promise<void>;
}

type Remembered = Pick<SessionMemory, 'home' | 'subscriptions'>;

/**
 * The memory of `node`. An unreadable file counts as empty: every subscription is then requested again, and the server
 * keeps those that were removed.
 */
export function sessionFile(RED: NodeAPI, node: Node): SessionFile | undefined {
  const { userDir } = RED.settings;
  // Without a user directory, as in tests, nothing outlives the process.
  if (typeof userDir !== 'string' || userDir === '') return undefined;
  const path = join(userDir, 'mqtt-flows', `${node.id}.session.json`);
  const remembered = read(path);
  let { home } = remembered;
  let writing = Promise.resolve();
  let next: (() => readonly RememberedSubscription[]) | undefined;
  /** Counts what makes a write under way too old to count. */
  let turn = 0;

  const failed = (error: unknown): void => node.debug(`${path}: ${String(error)}`);
  const write = async (): Promise<void> => {
    if (!next) return;
    const current = next;
    const begun = turn;
    next = undefined;
    try {
      const text = JSON.stringify({ home, subscriptions: current() });
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.new`, text);
      // At once: between the question and a rename by another thread, writeAtOnce() could be done and then be undone.
      if (begun === turn) renameSync(`${path}.new`, path);
    } catch (error) {
      failed(error);
    }
  };
  const writeAtOnce = (): void => {
    turn++;
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(`${path}.home`, JSON.stringify({ home, subscriptions: [] }));
      renameSync(`${path}.home`, path);
    } catch (error) {
      failed(error);
    }
  };
  const remember: SessionMemory['remember'] = (current) => {
    const waiting = next !== undefined;
    next = current;
    // Changes during a write are combined into the next one.
    if (!waiting) writing = writing.then(write);
  };
  return {
    ...remembered,
    settle(other) {
      home = other;
      // Written before anything is sent in this session. If the process is killed right after that, the next one must
      // know which session the packet identifiers in the outbox belong to. The file is small, and this happens once for
      // each server.
      writeAtOnce();
      // Also without subscriptions, since publications in flight belong to the session as well.
      remember(() => []);
    },
    remember,
    written: () => writing,
    async forget() {
      next = undefined;
      await writing;
      for (const file of [path, `${path}.new`]) await rm(file, { force: true });
    },
  };
}

function read(path: string): Remembered {
  const nothing = { home: undefined, subscriptions: [] };
  try {
    const stored: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (!isRecord(stored) || typeof stored.home !== 'string' || !Array.isArray(stored.subscriptions)) return nothing;
    const { home, subscriptions } = stored;
    return subscriptions.every(isRemembered) ? { home, subscriptions } : nothing;
  } catch {
    return nothing;
  }
}

/** We wrote the file ourselves. The check recognises a damaged one. */
function isRemembered(value: unknown): value is RememberedSubscription {
  if (!isRecord(value) || !isRecord(value.request)) return false;
  const { filter, qos, identifier } = value.request;
  const { granted, served } = value;
  const identified = identifier === undefined || (Number.isInteger(identifier) && Number(identifier) > 0);
  const known = served === undefined || (Array.isArray(served) && served.every((key) => typeof key === 'string'));
  return typeof filter === 'string' && isQoS(qos) && identified && known && (granted === undefined || isQoS(granted));
}
