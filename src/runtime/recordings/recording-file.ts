// The file of a recording while it is written: in pieces, with bounded memory, and whole lines only, whatever fails.

import type { FileHandle } from 'node:fs/promises';
import { type Clock, Timer } from '../../connection/clock';
import { detailOf } from '../../core/errors/thrown-value';
import type { RecordingEnd } from '../../core/recordings/recordings-protocol';
import { codeOf } from './recordings-folder';

/** Bytes that may wait for a slow disk. */
const MOST_WAITING = 16 * 1024 * 1024;
/** Bytes after which a piece is written. */
const PIECE = 64 * 1024;
/** ms after which a smaller piece is written: as much is lost when the process is killed. */
const DELAY = 1000;
/** Bytes between two looks at the free space of the disk. */
const LOOK = 4 * 1024 * 1024;

interface Parts {
  readonly file: FileHandle;
  readonly clock: Clock;
  /** The most bytes of the file. */
  readonly bytes: number;
  /** Whether the disk has enough room. */
  hasRoom(): Promise<boolean>;
  /** Called once, when no more is taken. */
  ended(why: RecordingEnd, detail?: string): void;
}

export class RecordingFile {
  readonly #parts: Parts;
  readonly #timer: Timer;
  #waiting: string[] = [];
  #waitingBytes = 0;
  /** Bytes of whole lines on disk. */
  #written = 0;
  #looked = 0;
  #writing: Promise<void> | undefined;
  #over = false;
  #failed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#timer = new Timer(parts.clock);
  }

  /** Bytes of the file, with those that are still to be written. */
  get bytes(): number {
    return this.#written + this.#waitingBytes;
  }

  /** Whether more can be taken at the moment. The disk may be slow. */
  get hasRoom(): boolean {
    return this.#waitingBytes < MOST_WAITING;
  }

  /** Takes a line with its line feed. False when it is dropped: the file is full or closed, or the disk too slow. */
  take(line: string): boolean {
    if (this.#over || !this.hasRoom) return false;
    const bytes = Buffer.byteLength(line);
    if (this.bytes + bytes > this.#parts.bytes) {
      this.#end('size');
      return false;
    }
    this.#waiting.push(line);
    this.#waitingBytes += bytes;
    if (this.#waitingBytes >= PIECE) this.#write();
    else if (this.#waiting.length === 1) this.#timer.start(DELAY, () => this.#write());
    return true;
  }

  /** Writes what waits, soon. */
  flush(): void {
    this.#write();
  }

  /** Writes `last`, even over the limit of bytes, and closes the file. Resolves when it is closed. */
  async close(last = ''): Promise<void> {
    this.#over = true;
    this.#timer.stop();
    if (last !== '' && !this.#failed) {
      this.#waiting.push(last);
      this.#waitingBytes += Buffer.byteLength(last);
    }
    while (this.#writing) await this.#writing;
    this.#write();
    while (this.#writing) await this.#writing;
    // What could not be written has been told.
    await this.#parts.file.close().catch(() => {});
  }

  #write(): void {
    if (this.#writing || this.#failed || this.#waiting.length === 0) return;
    this.#timer.stop();
    this.#writing = this.#writePiece().finally(() => {
      this.#writing = undefined;
      if (this.#waitingBytes >= PIECE) this.#write();
      else if (this.#waiting.length > 0 && !this.#over) this.#timer.start(DELAY, () => this.#write());
    });
  }

  async #writePiece(): Promise<void> {
    const { file, hasRoom } = this.#parts;
    const piece = Buffer.from(this.#waiting.join(''));
    this.#waiting = [];
    try {
      await file.appendFile(piece);
      this.#written += piece.length;
      this.#waitingBytes -= piece.length;
    } catch (error) {
      this.#failed = true;
      this.#waiting = [];
      this.#waitingBytes = 0;
      // A part of the piece may be on disk: the file ends with its last whole line.
      await file.truncate(this.#written).catch(() => {});
      return this.#end(codeOf(error) === 'ENOSPC' ? 'diskFull' : 'failed', detailOf(error));
    }
    if (this.#written - this.#looked < LOOK) return;
    this.#looked = this.#written;
    if (!(await hasRoom())) this.#end('diskFull');
  }

  #end(why: RecordingEnd, detail?: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#parts.ended(why, detail);
  }
}
