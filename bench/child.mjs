// A child process that answers one request at a time over IPC.

import { fork } from 'node:child_process';
import { once } from 'node:events';

export class Child {
  #process;

  /** Starts `script`. Its output goes to stderr. */
  constructor(script) {
    this.#process = fork(script, { stdio: ['ignore', 2, 2, 'ipc'] });
  }

  /** Sends `{ kind, ...content }` and resolves with the answer of the same kind. Rejects when the process ends first. */
  async ask(kind, content = {}) {
    const child = this.#process;
    const ended = new AbortController();
    const answer = new Promise((resolve) => {
      const listen = (message) => {
        if (message.kind !== kind) return;
        child.off('message', listen);
        resolve(message);
      };
      child.on('message', listen);
    });
    const exit = once(child, 'exit', { signal: ended.signal }).then(
      () => Promise.reject(new Error(`The process ended while it was asked to ${kind}.`)),
      () => {},
    );
    child.send({ kind, ...content });
    const result = await Promise.race([answer, exit]);
    ended.abort();
    return result;
  }

  /** Ends the process and waits for its end. */
  async stop() {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
