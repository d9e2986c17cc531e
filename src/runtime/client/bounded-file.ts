// Reads small files that a user has named, such as secrets and certificates.

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Failed, failed, found, type Result } from '../../core/errors/result';

/** Why a file cannot be used. Each value has a sentence in the locales under `file.`. */
export type FileProblem =
  | 'missing'
  | 'denied'
  | 'notAbsolute'
  | 'notFile'
  | 'tooLarge'
  | 'notText'
  | 'noCertificate'
  | 'unreadable';

/** The content of the file at `path`, which has `maxBytes` at most. */
export async function readBounded(path: string, maxBytes: number): Promise<Result<Buffer, FileProblem>> {
  try {
    // Without O_NONBLOCK, a named pipe would block a thread of this process until somebody writes to it.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const state = await file.stat();
      if (!state.isFile()) return failed('notFile');
      if (state.size > maxBytes) return failed('tooLarge');
      // A file in /proc has no size, and others may grow.
      const room = Math.min(maxBytes, Math.max(2 * state.size, FIRST_READ)) + 1;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(room), 0, room, 0);
      return bytesRead < room ? found(buffer.subarray(0, bytesRead)) : failed('tooLarge');
    } finally {
      await file.close();
    }
  } catch (error) {
    return problemOf(error);
  }
}

/** bytes that a file may have that says it has none */
const FIRST_READ = 128 * 1024;

function problemOf(error: unknown): Failed<FileProblem> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return failed('missing');
  return failed(code === 'EACCES' || code === 'EPERM' ? 'denied' : 'unreadable');
}
