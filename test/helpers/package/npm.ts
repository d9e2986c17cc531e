// Runs npm as a user would.

import { execFileSync } from 'node:child_process';

/** What `npm <args>` prints; throws with all of its output when it fails. */
export function npm(cwd: string, ...args: string[]): string {
  // Only a shell finds npm.cmd.
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: 'pipe', shell: process.platform === 'win32' });
}
