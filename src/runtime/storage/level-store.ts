// The store of an outbox on disk: a LevelDB in a folder of its own, which only one process can open.

import { mkdir, readdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ClassicLevel } from 'classic-level';
import { OutboxChunk } from '../../connection/outbox/disk/outbox-chunk';
import type { OutboxStore, StoreChange, StoreContents, StoredChunk } from '../../connection/outbox/disk/outbox-store';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { plainText } from '../../core/errors/plain-text';
import { recordedBytes } from '../../core/outbox/publication-record';
import { recordCount, recordsOf } from '../../core/outbox/record-chunk';
import { LevelSpace } from './level-space';

export interface LevelStoreOptions {
  /** The folder. */
  readonly path: string;
  /** Whether each write waits for the disk, so that it survives a power cut as well as the end of the process. */
  readonly fsync: boolean;
  /** The store is not opened before this resolves. */
  readonly after?: Promise<void>;
  /** Called with the contents each time that the store is opened. */
  readonly opened?: (contents: StoreContents) => void;
}

type Level = ClassicLevel<string, Buffer>;
type Batch = ReturnType<Level['batch']>;

const CHUNK = 'c';
const MARKS = 'm';
/** Characters that sort before and after all digits. */
const [LOWEST, HIGHEST] = ['', ':'];
/** The key of the layout, and its current value. */
const LAYOUT_KEY = 'layout';
const LAYOUT = 'chunks 1';
/** The key of the time by which the clock of the machine was set, in ms as text. */
const CLOCK_KEY = 'set';
/** The number of values read at a time. A value holds a hundred publications, or one large one. */
const READ_AHEAD = 10;

/** Another version of this package has written the store. */
class OtherLayout extends Error {}

export class LevelStore implements OutboxStore {
  readonly #options: LevelStoreOptions;
  #level: Level | undefined;
  readonly #space = new LevelSpace();

  constructor(options: LevelStoreOptions) {
    this.#options = options;
  }

  async open(): Promise<StoreContents> {
    await this.#options.after;
    try {
      return await this.#openAndRead();
    } catch (error) {
      await this.close();
      if (error instanceof OtherLayout) return this.#beginAnew('other-version');
      if (!isDamage(error)) throw this.#problem(error);
    }
    return this.#beginAnew('damaged');
  }

  async write(changes: readonly StoreChange[]): Promise<void> {
    try {
      // A chained batch takes the operations unchanged. An array is copied with the options of each, which costs more
      // than LevelDB itself.
      const level = this.#opened();
      const batch = level.batch();
      for (const change of changes) addTo(batch, change);
      await batch.write({ sync: this.#options.fsync });
      // If compaction fails, the next write fails too and reports it.
      if (this.#space.wrote(changes)) void level.compactRange(CHUNK, `${MARKS}${HIGHEST}`).catch(() => {});
    } catch (error) {
      throw this.#problem(error);
    }
  }

  async read(range: { after: number; last: number; limit: number; bytes: number }): Promise<readonly StoredChunk[]> {
    const chunks: StoredChunk[] = [];
    let [count, bytes] = [0, 0];
    try {
      for await (const chunk of this.#chunks({ gt: key(CHUNK, range.after), lte: key(CHUNK, range.last) })) {
        chunks.push(chunk);
        count += recordCount(chunk.records);
        bytes += chunk.records.length;
        if (count >= range.limit || bytes >= range.bytes) break;
      }
    } catch (error) {
      throw this.#problem(error);
    }
    return chunks;
  }

  async close(): Promise<void> {
    const level = this.#level;
    this.#level = undefined;
    // The failure that prevents closing has been reported already.
    await level?.close().catch(() => {});
  }

  async #openAndRead(): Promise<StoreContents> {
    const { path } = this.#options;
    const { ClassicLevel } = classicLevel();
    await mkdir(dirname(path), { recursive: true });
    await checkFiles(path);
    const level: Level = new ClassicLevel<string, Buffer>(path, { valueEncoding: 'buffer' });
    this.#level = level;
    await level.open();
    await checkLayout(level);
    const contents = await this.#measure(await marksIn(level));
    this.#options.opened?.(contents);
    return contents;
  }

  async #measure(marks: ReadonlyMap<number, Buffer>): Promise<StoreContents> {
    let [count, bytes, last] = [0, 0, 0];
    let [chunks, chunkBytes] = [0, 0];
    for await (const { number, records } of this.#chunks({ gt: CHUNK + LOWEST, lt: CHUNK + HIGHEST })) {
      const known = marks.get(number);
      const chunk = known && OutboxChunk.of(number, known);
      for (const [index, record] of recordsOf(records).entries()) {
        if (chunk?.isThrough(index)) continue;
        count++;
        bytes += recordedBytes(record);
      }
      last = number;
      chunks++;
      chunkBytes += records.length;
    }
    this.#space.opened(chunks, chunkBytes);
    return { count, bytes, last, marks, clockSet: await clockSetIn(this.#opened()) };
  }

  async *#chunks(bounds: { gt: string; lt?: string; lte?: string }): AsyncGenerator<StoredChunk> {
    const iterator = this.#opened().iterator(bounds);
    try {
      for (;;) {
        const entries = await iterator.nextv(READ_AHEAD);
        if (entries.length === 0) return;
        for (const [name, records] of entries) yield { number: numberOf(name), records };
      }
    } finally {
      await iterator.close();
    }
  }

  async #beginAnew(why: 'damaged' | 'other-version'): Promise<StoreContents> {
    const { path } = this.#options;
    const aside = { path: `${path}.${why}-${new Date().toISOString().replace(/[:.]/g, '-')}`, why };
    try {
      await rename(path, aside.path);
      return { ...(await this.#openAndRead()), aside };
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

/** An optional dependency: npm leaves it out where it is not built for the machine, and all else works without it. */
function classicLevel(): typeof import('classic-level') {
  try {
    return require('classic-level');
  } catch (error) {
    // What follows the first line are paths.
    const detail = plainText(rootOf(error).split('\n', 1)[0] ?? '');
    throw new MqttFlowsError('outbox-not-installed', { stage: 'outbox', params: { detail } });
  }
}

function addTo(batch: Batch, change: StoreChange): void {
  if (change.kind === 'clock') {
    batch.put(CLOCK_KEY, Buffer.from(String(change.clockSet)));
    return;
  }
  const { number } = change;
  switch (change.kind) {
    case 'chunk':
      batch.put(key(CHUNK, number), change.records);
      break;
    case 'marks':
      batch.put(key(MARKS, number), change.marks);
      break;
    case 'remove':
      batch.del(key(CHUNK, number)).del(key(MARKS, number));
  }
}

/** Keys sort like their numbers. */
function key(kind: string, number: number): string {
  return kind + String(number).padStart(16, '0');
}

function numberOf(name: string): number {
  return Number(name.slice(1));
}

/** A store with another layout is not read: it would look damaged or empty. */
async function checkLayout(level: Level): Promise<void> {
  const layout = await level.get(LAYOUT_KEY);
  if (layout?.toString() === LAYOUT) return;
  const [first] = await level.keys({ limit: 1 }).all();
  if (first !== undefined) throw new OtherLayout();
  await level.put(LAYOUT_KEY, Buffer.from(LAYOUT));
}

async function clockSetIn(level: Level): Promise<number> {
  const text = await level.get(CLOCK_KEY);
  return Number(text?.toString() ?? 0) || 0;
}

async function marksIn(level: Level): Promise<Map<number, Buffer>> {
  const marks = new Map<number, Buffer>();
  for await (const [name, value] of level.iterator({ gt: MARKS + LOWEST, lt: MARKS + HIGHEST })) {
    marks.set(numberOf(name), value);
  }
  return marks;
}

/** Without the file that names the others, LevelDB would silently create an empty store. */
async function checkFiles(path: string): Promise<void> {
  const names = await readdir(path).catch((): string[] => []);
  const holdsData = names.some((name) => /\.(?:ldb|sst|log)$/.test(name));
  if (holdsData && !names.includes('CURRENT')) throw new Error('Corruption: CURRENT is missing');
}

/** An error of classic-level has the error of LevelDB as its cause. */
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
