// Takes an uploaded recording: written while it is checked, and kept only if all of it can be read.

import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { DONE, type Done, failed } from '../../core/errors/result';
import { LineSplitter } from '../../core/recordings/line-splitter';
import { type LineProblem, readLine } from '../../core/recordings/read-line';
import { RECORDING_RANGES } from '../../core/recordings/recordings-protocol';
import { nextTurn } from '../node/next-turn';
import { type Refused, refused } from './recordings';
import type { RecordingsFolder } from './recordings-folder';

/** Why an upload is refused: `line` is counted from 1, and its problem is what is wrong with it. */
interface UploadRefused extends Refused {
  readonly line?: number;
  readonly problem?: LineProblem;
}

const [, MOST_BYTES] = RECORDING_RANGES.bytes;
/** Bytes between two looks at the free space of the disk. */
const LOOK = 16 * 1024 * 1024;

/** Keeps what `source` brings as the recording `name`. Never rejects. */
export async function upload(
  folder: RecordingsFolder,
  name: string,
  source: AsyncIterable<Buffer>,
): Promise<Done<UploadRefused>> {
  const id = randomBytes(8).toString('hex');
  let file: FileHandle | undefined;
  try {
    file = await folder.createUpload(id);
    const taken = await take(folder, file, source);
    await file.close();
    file = undefined;
    if (taken.ok) await folder.keepUpload(id, name);
    return taken;
  } catch (error) {
    return failed(refused(error));
  } finally {
    await file?.close();
    await folder.dropUpload(id).catch(() => {});
  }
}

async function take(
  folder: RecordingsFolder,
  file: FileHandle,
  source: AsyncIterable<Buffer>,
): Promise<Done<UploadRefused>> {
  const check = new LineCheck();
  let bytes = 0;
  let looked = -LOOK;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) return failed({ refusal: 'too-large' });
    if (bytes - looked >= LOOK) {
      looked = bytes;
      if (!(await folder.hasRoom(chunk.length))) return failed({ refusal: 'disk-full' });
    }
    const wrong = check.push(chunk);
    if (wrong) return failed(wrong);
    await file.appendFile(chunk);
    await nextTurn();
  }
  return check.end();
}

/** Looks at each line. The last one may be cut. */
class LineCheck {
  readonly #lines = new LineSplitter();
  #line = 0;
  #messages = 0;

  push(chunk: Buffer): UploadRefused | undefined {
    for (const text of this.#lines.push(chunk)) {
      const problem = this.#problem(text);
      if (problem) return { refusal: 'not-recording', line: this.#line, problem };
    }
    return undefined;
  }

  end(): Done<UploadRefused> {
    for (const text of this.#lines.end()) this.#problem(text);
    return this.#messages > 0 ? DONE : failed({ refusal: 'not-recording' });
  }

  /** What the sidebar's export has shortened is no mistake of the file. A replay leaves it out. */
  #problem(text: string | undefined): LineProblem | undefined {
    this.#line++;
    if (text === undefined) return 'tooLong';
    const read = readLine(text);
    if (read.kind === 'message') this.#messages++;
    return read.kind === 'invalid' && read.problem !== 'cut' ? read.problem : undefined;
  }
}
