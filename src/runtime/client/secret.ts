// Reads user names and passwords: as saved, from a variable, or from a file, which is how containers get their secrets.

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';

/** Why a file gives no secret. Each value has a sentence in the locales under `secretFile.`. */
export type SecretFileProblem =
  | 'missing'
  | 'denied'
  | 'notAbsolute'
  | 'notFile'
  | 'tooLarge'
  | 'notText'
  | 'unreadable';

const PREFIX = 'file:';
/** In bytes; the most that CONNECT can carry in one field. */
const MAX_BYTES = 65_535;

/**
 * The secret `setting` or, for `file:/absolute/path`, the content of that file without its final newline. The file is
 * read each time. Rejects with `secret-file-unreadable`, which names the path and nothing of the content.
 */
export async function readSecret(setting: string): Promise<string> {
  if (!setting.startsWith(PREFIX)) return setting;
  const path = filePath(setting);
  if (path === undefined || !isAbsolute(path)) throw unreadable(setting.slice(PREFIX.length), 'notAbsolute');
  const content = await readBounded(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content).replace(/\r?\n$/, '');
  } catch {
    throw unreadable(path, 'notText');
  }
}

/** The path of `file:/path` or `file:///path`; undefined when it is not a file of this machine. */
function filePath(setting: string): string | undefined {
  if (!setting.startsWith(`${PREFIX}//`)) return setting.slice(PREFIX.length);
  try {
    return fileURLToPath(setting);
  } catch {
    return undefined;
  }
}

async function readBounded(path: string): Promise<Buffer> {
  try {
    // Without O_NONBLOCK, a named pipe would block a thread of this process until somebody writes to it.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      if (!(await file.stat()).isFile()) throw unreadable(path, 'notFile');
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES + 1), 0, MAX_BYTES + 1, 0);
      if (bytesRead > MAX_BYTES) throw unreadable(path, 'tooLarge');
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw error instanceof MqttFlowsError ? error : unreadable(path, problemOf(error));
  }
}

function problemOf(error: unknown): SecretFileProblem {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
  if (code === 'EACCES' || code === 'EPERM') return 'denied';
  return 'unreadable';
}

function unreadable(path: string, problem: SecretFileProblem): MqttFlowsError {
  const params = { path: path.slice(0, 200), problemKey: `secretFile.${problem}` };
  return new MqttFlowsError('secret-file-unreadable', { stage: 'config', params });
}
