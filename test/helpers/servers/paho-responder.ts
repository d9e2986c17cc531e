// A responder in Python with paho-mqtt: an implementation of request and response that is not ours.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { repository } from '../package/environment';
import { pythonWithPaho } from './home-assistant';

export class PahoResponder {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Returns when it answers the requests to `filter` at the server on `port`. `name` stands in each reply. */
  static async start(port: number, filter: string, name: string): Promise<PahoResponder> {
    const script = join(repository, 'test/helpers/servers/responder.py');
    const child = spawn(pythonWithPaho() ?? '', [script, String(port), filter, name], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(createInterface(child.stdout), 'line');
    return new PahoResponder(child);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}
