// Runs npm as a user would.

import { execFileSync } from 'node:child_process';

/** The output of `npm <args>`. Throws with all of the output when npm fails. */
export function npm(cwd: string, ...args: string[]): string {
  // Only a shell finds npm.cmd.
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: 'pipe', shell: process.platform === 'win32' });
}
