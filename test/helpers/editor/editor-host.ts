// A separate Node-RED with this package, and pages with its editor. The suites of a process use one after the other, since
// starting Node-RED and loading the editor cost more CPU than most tests. node-red-editor.ts gives it to a suite.

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { emptyUserDir, linkPackage, NodeRedProcess, removeUserDir } from '../flows/node-red-process';
import { installDocumentedFormat } from '../package/documented-format';
import { releaseChromium, useChromium } from './chromium';
import { EditorPage } from './editor-page';

/** ms without a suite after which it is stopped: other tests of the same process may come between two suites of the editor. */
const PATIENCE = 120_000;

/** What Node-RED keeps of its user: the tips are off. Node-RED 5 has thrown in its own code for them on a loaded machine. */
const WITHOUT_TIPS = { _: { editor: { view: { 'view-show-tips': false } } } };

let kept: EditorHost | undefined;

export class EditorHost {
  readonly nodeRed: NodeRedProcess;
  readonly userDir: string;
  readonly #browser: Browser;
  /** Whether other suites can use it: those with settings of their own cannot. */
  readonly #shared: boolean;
  readonly #used = new Set<EditorPage>();
  readonly #free = new Set<EditorPage>();
  #stopping: NodeJS.Timeout | undefined;
  readonly #abandon = (): void => removeUserDir(this.userDir);

  private constructor(nodeRed: NodeRedProcess, userDir: string, browser: Browser, shared: boolean) {
    this.nodeRed = nodeRed;
    this.userDir = userDir;
    this.#browser = browser;
    this.#shared = shared;
    process.once('exit', this.#abandon);
  }

  /**
   * One that runs `flows`, the JSON text of their nodes, and has the browser `program`. `settings` are as for
   * NodeRedProcess.start. Who is done with it calls release().
   */
  static async take(program: string, flows: string, settings?: string): Promise<EditorHost> {
    const host = settings === undefined ? kept : undefined;
    if (!host) return EditorHost.#start(program, flows, settings);
    kept = undefined;
    clearTimeout(host.#stopping);
    await host.nodeRed.deploy(flows);
    return host;
  }

  static async #start(program: string, flows: string, settings?: string): Promise<EditorHost> {
    const browser = await useChromium(program);
    const userDir = emptyUserDir();
    try {
      linkPackage(userDir);
      // For the tests of formats of other packages; it changes nothing where no node uses it.
      if (settings === undefined) installDocumentedFormat(userDir);
      writeFileSync(join(userDir, 'flows.json'), flows);
      writeFileSync(join(userDir, '.config.users.json'), JSON.stringify(WITHOUT_TIPS));
      const nodeRed = await NodeRedProcess.start(userDir, settings);
      return new EditorHost(nodeRed, userDir, browser, settings === undefined);
    } catch (error) {
      releaseChromium();
      removeUserDir(userDir);
      throw error;
    }
  }

  /** A page with the editor in the language `locale`: the one that a test has closed last, or a new one. */
  async page(locale: string): Promise<EditorPage> {
    const free = [...this.#free].reverse().find((page) => page.locale === locale);
    if (free) {
      this.#free.delete(free);
      await free.again();
    }
    const page = free ?? (await EditorPage.open(this.#browser, this.nodeRed, locale, (left) => this.#take(left)));
    this.#used.add(page);
    return page;
  }

  #take(page: EditorPage): void {
    this.#used.delete(page);
    this.#free.add(page);
  }

  /** Ends its use by a suite. What the suite has left in it is gone when the promise resolves. */
  async release(): Promise<void> {
    if (!this.#shared) return this.#stop();
    try {
      await Promise.all([...this.#used].map((page) => page.close()));
      this.#used.clear();
      await this.nodeRed.deploy([]);
    } catch (error) {
      await this.#stop();
      throw error;
    }
    // Sessions, outboxes and stores of its broker nodes. Their nodes are closed.
    rmSync(join(this.userDir, 'mqtt-flows'), { recursive: true, force: true });
    this.nodeRed.forgetOutput();
    for (const page of this.#free) page.forgetErrors();
    kept = this;
    this.#stopping = setTimeout(() => {
      kept = undefined;
      void this.#stop();
    }, PATIENCE);
  }

  /** Closes all its pages, ends Node-RED, and removes its files. */
  async #stop(): Promise<void> {
    process.off('exit', this.#abandon);
    await Promise.all([...this.#used, ...this.#free].map((page) => page.dispose()));
    releaseChromium();
    await this.nodeRed.stop();
    removeUserDir(this.userDir);
  }
}
