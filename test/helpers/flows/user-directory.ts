// A user directory for the Node-RED in this process, which has none otherwise. It holds what outlives the flows.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { emptyUserDir, removeUserDir } from './node-red-process';

/** ms; well below mocha's limit, so that a failure says what was awaited */
const PATIENCE = 10_000;
/** ms between two looks at a file */
const INTERVAL = 20;

/** The same as in flow-harness.ts. */
const helper: { settings(settings: object): void } = require('node-red-node-test-helper');
const get = (name: string): unknown => (name === 'instanceId' ? 'test-instance' : undefined);

export class UserDirectory {
  readonly path = emptyUserDir();

  /** Flows loaded from now on use it. */
  constructor() {
    helper.settings({ get, userDir: this.path });
  }

  /** Flows loaded from now on have no user directory again. */
  remove(): void {
    helper.settings({ get });
    removeUserDir(this.path);
  }

  /** The session file of a broker node. */
  session(brokerId: string): SessionFile {
    return new SessionFile(join(this.path, 'mqtt-flows', `${brokerId}.session.json`));
  }
}

export class SessionFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  get exists(): boolean {
    return existsSync(this.#path);
  }

  /**
   * Resolves when `text` is in it. The file is written shortly after the event. It is read again and again, since
   * watchFile() reports no change before its first look at the file, which comes late when all threads are busy.
   */
  async contains(text: string): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!this.exists || !this.text.includes(text)) {
      if (performance.now() > end) {
        throw new Error(`${this.#path}: waited in vain for "${text}"; it has: ${this.exists ? this.text : 'no file'}`);
      }
      await delay(INTERVAL);
    }
  }

  get text(): string {
    return readFileSync(this.#path, 'utf8');
  }

  set text(text: string) {
    writeFileSync(this.#path, text);
  }
}
