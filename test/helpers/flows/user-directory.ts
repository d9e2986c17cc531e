// A user directory for the Node-RED in this process, which has none otherwise. It holds what outlives the flows.

import { existsSync, readFileSync, unwatchFile, watchFile, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyUserDir, removeUserDir } from './node-red-process';

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

  /** Resolves when `text` is in it. The file is written shortly after the event. */
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
