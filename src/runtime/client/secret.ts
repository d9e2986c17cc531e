// Reads user names and passwords: as saved, from a variable, or from a file, which is how containers get their secrets.

import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { type FileProblem, readBounded } from './bounded-file';

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
  const content = await readBounded(path, MAX_BYTES);
  if (!content.ok) throw unreadable(path, content.error);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content.value).replace(/\r?\n$/, '');
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

function unreadable(path: string, problem: FileProblem): MqttFlowsError {
  const params = { path: path.slice(0, 200), problemKey: `file.${problem}` };
  return new MqttFlowsError('secret-file-unreadable', { stage: 'config', params });
}
