// The folder with the recordings, in Node-RED's user directory. Only names that have been checked become paths, and only
// plain files are opened: a link in the folder may lead anywhere.

import { constants } from 'node:fs';
import { type FileHandle, link, lstat, mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { ENDING, isRecordingName, recordingNameOf } from '../../core/recordings/recording-name';
import type { StoredRecording } from '../../core/recordings/recordings-protocol';

/** The most recordings that are listed. */
const MOST_LISTED = 500;
/** Files that are looked at at the same time: others want the disk, too. */
const AT_ONCE = 50;
/** Bytes that stay free on the disk: Node-RED needs some for flows, contexts and outboxes. */
const KEPT_FREE = 100 * 1024 * 1024;

export class RecordingsFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The recordings, the latest first. `more` says that there are more files than can be listed. */
  async list(): Promise<{ readonly recordings: readonly StoredRecording[]; readonly more: boolean }> {
    const names = (await readdir(this.path).catch(noFiles)).flatMap((file) => recordingNameOf(file) ?? []);
    const recordings: StoredRecording[] = [];
    // The latest may be any of them.
    for (let first = 0; first < names.length; first += AT_ONCE) {
      const states = await Promise.all(names.slice(first, first + AT_ONCE).map((name) => this.#stateOf(name)));
      recordings.push(...states.flat());
    }
    recordings.sort((a, b) => b.changed - a.changed || (a.name < b.name ? -1 : 1));
    return { recordings: recordings.slice(0, MOST_LISTED), more: recordings.length > MOST_LISTED };
  }

  /** None where it is gone by now, or is a folder that is called like a file. */
  async #stateOf(name: string): Promise<StoredRecording[]> {
    const state = await lstat(this.#fileOf(name)).catch(() => undefined);
    return state?.isFile() ? [{ name, bytes: state.size, changed: Math.round(state.mtimeMs) }] : [];
  }

  /** Opens a recording to read it. Rejects with an error of the file system. */
  open(name: string): Promise<FileHandle> {
    return openPlainFile(this.#fileOf(name), constants.O_NOFOLLOW ?? 0);
  }

  /** Creates the file of a recording; rejects with EEXIST where there is one. */
  async create(name: string): Promise<FileHandle> {
    await mkdir(this.path, { recursive: true });
    return open(this.#fileOf(name), 'wx', 0o600);
  }

  /** Creates a file for what is being uploaded. */
  async createUpload(id: string): Promise<FileHandle> {
    await mkdir(this.path, { recursive: true });
    return open(this.#uploadOf(id), 'wx', 0o600);
  }

  /** Makes what was uploaded a recording; rejects with EEXIST where there is one of that name. */
  async keepUpload(id: string, name: string): Promise<void> {
    const [from, to] = [this.#uploadOf(id), this.#fileOf(name)];
    try {
      // A rename would take the place of an existing file.
      await link(from, to);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') throw error;
      // Some file systems have no links. A file that is created takes the name, and the rename replaces it.
      await (await open(to, 'wx', 0o600)).close();
      return rename(from, to);
    }
    await this.dropUpload(id);
  }

  async dropUpload(id: string): Promise<void> {
    await rm(this.#uploadOf(id), { force: true });
  }

  /** Removes what uploads of an earlier process have left. */
  async clearUploads(): Promise<void> {
    const files = await readdir(this.path).catch(noFiles);
    for (const file of files) if (file.endsWith(PART)) await rm(join(this.path, file), { force: true });
  }

  async remove(name: string): Promise<void> {
    await rm(this.#fileOf(name));
  }

  /** Whether the disk has room for `bytes` more. True where nothing is known of the disk. */
  async hasRoom(bytes = 0): Promise<boolean> {
    try {
      const { bavail, bsize } = await statfs(this.path);
      return bavail * bsize >= KEPT_FREE + bytes;
    } catch {
      return true;
    }
  }

  #fileOf(name: string): string {
    if (!isRecordingName(name)) throw new Error('not the name of a recording');
    return join(this.path, name + ENDING);
  }

  #uploadOf(id: string): string {
    return join(this.path, id + PART);
  }
}

const PART = '.part';

/** A folder that does not exist yet has no files. Other errors are those of the caller. */
function noFiles(error: unknown): string[] {
  if (codeOf(error) === 'ENOENT') return [];
  throw error;
}

/** Opens a file to read it. Rejects where it is a folder, a pipe or a device. */
export async function openPlainFile(path: string, flags = 0): Promise<FileHandle> {
  // Without O_NONBLOCK, a named pipe would block a thread of this process until somebody writes to it.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | flags);
  const state = await file.stat().catch(() => undefined);
  if (state?.isFile()) return file;
  await file.close();
  throw new Error('not a file');
}

/** The code of an error of the file system, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The folder of this Node-RED; undefined without a user directory, as in tests. */
export function recordingsFolder(RED: NodeAPI): RecordingsFolder | undefined {
  const { userDir } = RED.settings;
  if (typeof userDir !== 'string' || userDir === '') return undefined;
  return new RecordingsFolder(join(userDir, 'mqtt-flows', 'recordings'));
}
