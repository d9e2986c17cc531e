// A separate Node-RED with this package and some flows, and pages with its editor. There is one for each suite.
// editor-page.ts drives the editor.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { emptyUserDir, linkPackage, NodeRedProcess, removeUserDir } from '../flows/node-red-process';
import { findProgram, skipWithout } from '../package/environment';
import { releaseChromium, useChromium } from './chromium';
import { EditorPage } from './editor-page';

/** The path of Chromium; skips the suite or test where it is not installed. */
export function needsChromium(context: Mocha.Context): string {
  return skipWithout(context, 'Chromium', findChromium());
}

export function findChromium(): string | undefined {
  return findProgram('chromium', 'chromium-browser', 'google-chrome');
}

export class NodeRedEditor {
  readonly nodeRed: NodeRedProcess;
  readonly #userDir: string;
  readonly #browser: Browser;
  readonly #pages: EditorPage[] = [];
  /** Those that no test uses now. */
  readonly #free: EditorPage[] = [];

  private constructor(nodeRed: NodeRedProcess, userDir: string, browser: Browser) {
    this.nodeRed = nodeRed;
    this.#userDir = userDir;
    this.#browser = browser;
  }

  /**
   * Starts Node-RED with `flows`, a list of nodes or its JSON text, and the browser `program`. `settings` are as for
   * NodeRedProcess.start.
   */
  static async start(
    program: string,
    flows: readonly object[] | string = [],
    settings?: string,
  ): Promise<NodeRedEditor> {
    const browser = await useChromium(program);
    const userDir = emptyUserDir();
    try {
      linkPackage(userDir);
      writeFileSync(join(userDir, 'flows.json'), textOf(flows));
      return new NodeRedEditor(await NodeRedProcess.start(userDir, settings), userDir, browser);
    } catch (error) {
      releaseChromium();
      removeUserDir(userDir);
      throw error;
    }
  }

  /**
   * Opens the editor in the language `locale`, and waits for the node `label`, if one is named. A page that an earlier test
   * has closed is used again.
   */
  async open({ locale = 'en-US', label }: { locale?: string; label?: string } = {}): Promise<EditorPage> {
    const editor = (await this.#again(locale)) ?? (await this.#new(locale));
    if (label !== undefined) await editor.node(label).waitFor();
    return editor;
  }

  async #again(locale: string): Promise<EditorPage | undefined> {
    const index = this.#free.findIndex((page) => page.locale === locale);
    if (index < 0) return undefined;
    const [editor] = this.#free.splice(index, 1);
    await editor?.again();
    return editor;
  }

  async #new(locale: string): Promise<EditorPage> {
    const left = (page: EditorPage): void => void this.#free.push(page);
    const editor = await EditorPage.open(this.#browser, this.nodeRed.url, locale, left);
    this.#pages.push(editor);
    return editor;
  }

  /** Deploys without the editor. An open editor does not know of it. */
  async deploy(flows: readonly object[] | string): Promise<void> {
    await this.nodeRed.admin('flows', { method: 'POST', body: textOf(flows) });
  }

  /** The nodes of a type as Node-RED has saved them at the end of a deploy. */
  saved<Node extends { readonly type: string }>(type: string): Node[] {
    // Node-RED wrote the file itself, and the tests check the values.
    const flows = JSON.parse(readFileSync(join(this.#userDir, 'flows.json'), 'utf8')) as Node[];
    return flows.filter((node) => node.type === type);
  }

  /** Closes all its pages, ends Node-RED, and removes its files. */
  async stop(): Promise<void> {
    await Promise.all(this.#pages.map((page) => page.dispose()));
    releaseChromium();
    await this.nodeRed.stop();
    removeUserDir(this.#userDir);
  }
}

function textOf(flows: readonly object[] | string): string {
  return typeof flows === 'string' ? flows : JSON.stringify(flows);
}
