// The store of an outbox on disk: a LevelDB in a folder of its own.

import { OutboxChunk } from '../../connection/outbox/disk/outbox-chunk';
import type { OutboxStore, StoreChange, StoreContents, StoredChunk } from '../../connection/outbox/disk/outbox-store';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { recordedBytes } from '../../core/outbox/publication-record';
import { recordCount, recordsOf } from '../../core/outbox/record-chunk';
import { type Level, LevelFolder } from './level-folder';
import { LevelSpace } from './level-space';

interface LevelStoreOptions {
  /** The folder. */
  readonly path: string;
  /** Whether each write waits for the disk, so that it survives a power cut as well as the end of the process. */
  readonly fsync: boolean;
  /** The store is not opened before this resolves. */
  readonly after?: Promise<void>;
  /** Called with the contents each time that the store is opened. */
  readonly opened?: (contents: StoreContents) => void;
}

type Batch = ReturnType<Level['batch']>;

const CHUNK = 'c';
const MARKS = 'm';
/** Characters that sort before and after all digits. */
const [LOWEST, HIGHEST] = ['', ':'];
/** How the keys are laid out now. */
const LAYOUT = 'chunks 1';
/** The key of the time by which the clock of the machine was set, in ms as text. */
const CLOCK_KEY = 'set';
/** The key of the packet identifiers of publications that were given up, as text. */
const GIVEN_UP_KEY = 'given up';
/** The number of values read at a time. A value holds a hundred publications, or one large one. */
const READ_AHEAD = 10;

export class LevelStore implements OutboxStore {
  readonly #options: LevelStoreOptions;
  readonly #folder: LevelFolder;
  readonly #space = new LevelSpace();

  constructor(options: LevelStoreOptions) {
    this.#options = options;
    this.#folder = new LevelFolder(options.path, LAYOUT);
  }

  async open(): Promise<StoreContents> {
    await this.#options.after;
    try {
      const { contents, aside } = await this.#folder.open((level) => this.#read(level));
      return aside ? { ...contents, aside } : contents;
    } catch (error) {
      throw this.#problem(error);
    }
  }

  async write(changes: readonly StoreChange[]): Promise<void> {
    try {
      // A chained batch takes the operations unchanged. An array is copied with the options of each, which costs more
      // than LevelDB itself.
      const { level } = this.#folder;
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

  close(): Promise<void> {
    return this.#folder.close();
  }

  async #read(level: Level): Promise<StoreContents> {
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
    const { level } = this.#folder;
    return { count, bytes, last, marks, clockSet: await clockSetIn(level), givenUp: await givenUpIn(level) };
  }

  async *#chunks(bounds: { gt: string; lt?: string; lte?: string }): AsyncGenerator<StoredChunk> {
    const iterator = this.#folder.level.iterator(bounds);
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

  #problem(error: unknown): MqttFlowsError {
    if (error instanceof MqttFlowsError) return error;
    const { trouble, path, detail } = this.#folder.error(error);
    switch (trouble) {
      case 'locked':
        return new MqttFlowsError('outbox-locked', { stage: 'outbox', params: { path } });
      case 'file-system':
        return new MqttFlowsError('outbox-file-system', { stage: 'outbox', params: { path, detail } });
      case 'not-installed':
        return new MqttFlowsError('outbox-not-installed', { stage: 'outbox', params: { detail } });
      default:
        return new MqttFlowsError('outbox-unavailable', { stage: 'outbox', params: { path, detail } });
    }
  }
}

function addTo(batch: Batch, change: StoreChange): void {
  if (change.kind === 'clock') {
    batch.put(CLOCK_KEY, Buffer.from(String(change.clockSet)));
    return;
  }
  if (change.kind === 'givenUp') {
    batch.put(GIVEN_UP_KEY, Buffer.from(change.identifiers.join(' ')));
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

async function clockSetIn(level: Level): Promise<number> {
  const text = await level.get(CLOCK_KEY);
  return Number(text?.toString() ?? 0) || 0;
}

async function givenUpIn(level: Level): Promise<number[]> {
  const text = await level.get(GIVEN_UP_KEY);
  return text ? text.toString().split(' ').map(Number).filter(Boolean) : [];
}

async function marksIn(level: Level): Promise<Map<number, Buffer>> {
  const marks = new Map<number, Buffer>();
  for await (const [name, value] of level.iterator({ gt: MARKS + LOWEST, lt: MARKS + HIGHEST })) {
    marks.set(numberOf(name), value);
  }
  return marks;
}
