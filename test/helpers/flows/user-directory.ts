// A user directory for the Node-RED in this process, which otherwise has none: for what outlives a stop of the flows.

import { existsSync, readFileSync, unwatchFile, watchFile, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyUserDir, removeUserDir } from './node-red-process';

/** As flow-harness.ts has it. */
const helper: { settings(settings: object): void } = require('node-red-node-test-helper');
const get = (name: string): unknown => (name === 'instanceId' ? 'test-instance' : undefined);

export class UserDirectory {
  readonly path = emptyUserDir();

  /** Flows that are loaded from now on have it. */
  constructor() {
    helper.settings({ get, userDir: this.path });
  }

  /** Flows that are loaded from now on have none again. */
  remove(): void {
    helper.settings({ get });
    removeUserDir(this.path);
  }

  /** What is remembered of the session of a broker node. */
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

  /** Resolves when `text` is in it: it is written a moment after what it tells of. */
  contains(text: string): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!this.exists || !this.text.includes(text)) return;
        unwatchFile(this.#path, look);
        resolve();
      };
      watchFile(this.#path, { interval: 20 }, look);
      look();
    });
  }

  get text(): string {
    return readFileSync(this.#path, 'utf8');
  }

  set text(text: string) {
    writeFileSync(this.#path, text);
  }
}
