// The disk of an outbox: a LevelDB in a folder of its own, which only one process can have open.

import { mkdir, readdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ClassicLevel } from 'classic-level';
import type { OutboxStore, StoreChange, StoreContents, StoredExchange, StoredRecord } from '../connection/outbox-store';
import { MqttFlowsError } from '../core/mqtt-flows-error';
import { plainText } from '../core/plain-text';
import { recordedBytes } from '../core/publication-record';

export interface LevelStoreOptions {
  /** The folder. */
  readonly path: string;
  /** Whether each write waits for the disk: then it survives a power cut as well as the end of the process. */
  readonly fsync: boolean;
  /** The store is not opened before this resolves. */
  readonly after?: Promise<void>;
  /** Hears what was in it each time that it is opened. */
  readonly opened?: (contents: StoreContents) => void;
}

type Level = ClassicLevel<string, Buffer>;
type Batch = ReturnType<Level['batch']>;

const RECORD = 'r';
const EXCHANGE = 'x';
/** Before and after all digits. */
const [LOWEST, HIGHEST] = ['', ':'];
/** Packet identifier and whether PUBREC has come. */
const EXCHANGE_BYTES = 3;
/** How many are read at a time. */
const CHUNK = 1000;

export class LevelStore implements OutboxStore {
  readonly #options: LevelStoreOptions;
  #level: Level | undefined;

  constructor(options: LevelStoreOptions) {
    this.#options = options;
  }

  async open(): Promise<StoreContents> {
    await this.#options.after;
    try {
      return await this.#openAndRead();
    } catch (error) {
      await this.close();
      if (!isDamage(error)) throw this.#problem(error);
    }
    return this.#beginAnew();
  }

  async write(changes: readonly StoreChange[]): Promise<void> {
    try {
      // A chained batch takes the operations as they are; an array of them is copied with the options into each, which
      // costs more than LevelDB itself.
      const batch = this.#opened().batch();
      for (const change of changes) addTo(batch, change);
      await batch.write({ sync: this.#options.fsync });
    } catch (error) {
      throw this.#problem(error);
    }
  }

  async read(range: { after: number; last: number; limit: number; bytes: number }): Promise<readonly StoredRecord[]> {
    const records: StoredRecord[] = [];
    let bytes = 0;
    try {
      const bounds = { gt: key(RECORD, range.after), lte: key(RECORD, range.last), limit: range.limit };
      for await (const [name, record] of this.#opened().iterator(bounds)) {
        records.push({ sequence: sequenceOf(name), record });
        bytes += record.length;
        if (bytes >= range.bytes) break;
      }
    } catch (error) {
      throw this.#problem(error);
    }
    return records;
  }

  async close(): Promise<void> {
    const level = this.#level;
    this.#level = undefined;
    // What cannot even be closed has been reported for what made it so.
    await level?.close().catch(() => {});
  }

  async #openAndRead(): Promise<StoreContents> {
    const { path } = this.#options;
    await mkdir(dirname(path), { recursive: true });
    await checkFiles(path);
    // Loaded when it is needed: a platform that it was not built for can use all else.
    const { ClassicLevel } = await import('classic-level');
    const level: Level = new ClassicLevel<string, Buffer>(path, { valueEncoding: 'buffer' });
    this.#level = level;
    await level.open();
    const contents = { ...(await measure(level)), exchanges: await exchangesIn(level) };
    this.#options.opened?.(contents);
    return contents;
  }

  async #beginAnew(): Promise<StoreContents> {
    const { path } = this.#options;
    const damaged = `${path}.damaged-${new Date().toISOString().replace(/[:.]/g, '-')}`;
    try {
      await rename(path, damaged);
      return { ...(await this.#openAndRead()), damaged };
    } catch (error) {
      await this.close();
      throw this.#problem(error);
    }
  }

  #opened(): Level {
    if (this.#level) return this.#level;
    throw new MqttFlowsError('outbox-unavailable', {
      stage: 'outbox',
      params: { path: this.#options.path, detail: 'closed' },
    });
  }

  #problem(error: unknown): MqttFlowsError {
    if (error instanceof MqttFlowsError) return error;
    const { path } = this.#options;
    if (codesOf(error).includes('LEVEL_LOCKED')) {
      return new MqttFlowsError('outbox-locked', { stage: 'outbox', params: { path } });
    }
    const detail = plainText(rootOf(error));
    return new MqttFlowsError('outbox-unavailable', { stage: 'outbox', params: { path, detail } });
  }
}

function addTo(batch: Batch, change: StoreChange): void {
  const { sequence } = change;
  switch (change.kind) {
    case 'put':
      batch.put(key(RECORD, sequence), change.record);
      break;
    case 'remove':
      batch.del(key(RECORD, sequence)).del(key(EXCHANGE, sequence));
      break;
    case 'exchange': {
      const value = Buffer.alloc(EXCHANGE_BYTES);
      value.writeUInt16LE(change.packetIdentifier);
      value[2] = change.received ? 1 : 0;
      batch.put(key(EXCHANGE, sequence), value);
      break;
    }
    case 'endExchange':
      batch.del(key(EXCHANGE, sequence));
  }
}

/** Keys sort as their numbers do. */
function key(kind: string, sequence: number): string {
  return kind + String(sequence).padStart(16, '0');
}

function sequenceOf(name: string): number {
  return Number(name.slice(1));
}

async function measure(level: Level): Promise<{ count: number; bytes: number; last: number }> {
  const iterator = level.iterator({ gt: RECORD + LOWEST, lt: RECORD + HIGHEST });
  let [count, bytes, last] = [0, 0, 0];
  try {
    for (;;) {
      const entries = await iterator.nextv(CHUNK);
      if (entries.length === 0) return { count, bytes, last };
      count += entries.length;
      for (const [, record] of entries) bytes += recordedBytes(record);
      last = sequenceOf(entries.at(-1)?.[0] ?? '');
    }
  } finally {
    await iterator.close();
  }
}

async function exchangesIn(level: Level): Promise<StoredExchange[]> {
  const exchanges: StoredExchange[] = [];
  for await (const [name, value] of level.iterator({ gt: EXCHANGE + LOWEST, lt: EXCHANGE + HIGHEST })) {
    if (value.length !== EXCHANGE_BYTES) continue;
    exchanges.push({ sequence: sequenceOf(name), packetIdentifier: value.readUInt16LE(), received: value[2] === 1 });
  }
  return exchanges;
}

/** LevelDB would begin anew, without a word, where the file is gone that names the others. */
async function checkFiles(path: string): Promise<void> {
  const names = await readdir(path).catch((): string[] => []);
  const holdsData = names.some((name) => /\.(?:ldb|sst|log)$/.test(name));
  if (holdsData && !names.includes('CURRENT')) throw new Error('Corruption: CURRENT is missing');
}

/** An error of classic-level has that of LevelDB as its cause. */
function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (
    let link = error;
    link !== undefined && chain.length < 5;
    link = link instanceof Error ? link.cause : undefined
  ) {
    chain.push(link);
  }
  return chain;
}

function codesOf(error: unknown): string[] {
  return chainOf(error).map((link) => (link instanceof Error && 'code' in link ? String(link.code) : ''));
}

function rootOf(error: unknown): string {
  const root = chainOf(error).at(-1);
  return root instanceof Error ? root.message : String(root);
}

function isDamage(error: unknown): boolean {
  return codesOf(error).includes('LEVEL_CORRUPTION') || /corruption/i.test(rootOf(error));
}
