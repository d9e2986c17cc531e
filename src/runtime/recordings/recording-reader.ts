// Reads a recording piece by piece, so that the size of the file does not matter.

import type { FileHandle } from 'node:fs/promises';
import { LineSplitter } from '../../core/recordings/line-splitter';

const PIECE = 64 * 1024;

export class RecordingReader {
  readonly #file: FileHandle;
  readonly #buffer = Buffer.allocUnsafe(PIECE);
  readonly #lines = new LineSplitter();
  #position = 0;
  #over = false;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /**
   * The next lines, which may be none; undefined at the end. A line that is too long is undefined. Rejects with an error
   * of the file system.
   */
  async next(): Promise<readonly (string | undefined)[] | undefined> {
    if (this.#over) return undefined;
    const { bytesRead } = await this.#file.read(this.#buffer, 0, PIECE, this.#position);
    this.#position += bytesRead;
    if (bytesRead > 0) {
      // The splitter keeps parts of it, and the next read overwrites it.
      return this.#lines.push(Buffer.from(this.#buffer.subarray(0, bytesRead)));
    }
    this.#over = true;
    return this.#lines.end();
  }

  /** Reads from the beginning. Call when next() has returned undefined. */
  restart(): void {
    this.#position = 0;
    this.#over = false;
  }

  async close(): Promise<void> {
    this.#over = true;
    await this.#file.close();
  }
}
