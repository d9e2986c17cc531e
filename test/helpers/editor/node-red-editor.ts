// A separate Node-RED with this package and some flows, and pages with its editor, for a suite. editor-page.ts drives the
// editor.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeRedProcess } from '../flows/node-red-process';
import { findProgram, skipWithout } from '../package/environment';
import { EditorHost } from './editor-host';
import type { EditorPage } from './editor-page';

/** The path of Chromium; skips the suite or test where it is not installed. */
export function needsChromium(context: Mocha.Context): string {
  return skipWithout(context, 'Chromium', findChromium());
}

/** Its headless shell, if there is one: it takes a tenth less CPU than the browser without its window. */
export function findChromium(): string | undefined {
  return findProgram('chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome');
}

export class NodeRedEditor {
  readonly #host: EditorHost;

  private constructor(host: EditorHost) {
    this.#host = host;
  }

  /**
   * Runs `flows`, a list of nodes or its JSON text, in a Node-RED whose editor is for the browser `program`. Suites share it,
   * one after the other, unless they have `settings`, which are as for NodeRedProcess.start.
   */
  static async start(
    program: string,
    flows: readonly object[] | string = [],
    settings?: string,
  ): Promise<NodeRedEditor> {
    const text = typeof flows === 'string' ? flows : JSON.stringify(flows);
    return new NodeRedEditor(await EditorHost.take(program, text, settings));
  }

  get nodeRed(): NodeRedProcess {
    return this.#host.nodeRed;
  }

  /**
   * Opens the editor in the language `locale`, and waits for the node `label`, if one is named. A page that an earlier test
   * has closed is used again.
   */
  async open({ locale = 'en-US', label }: { locale?: string; label?: string } = {}): Promise<EditorPage> {
    const editor = await this.#host.page(locale);
    if (label !== undefined) await editor.node(label).waitFor();
    return editor;
  }

  /** Deploys without the editor. An open editor does not know of it. */
  deploy(flows: readonly object[] | string): Promise<void> {
    return this.nodeRed.deploy(flows);
  }

  /** The nodes of a type as Node-RED has saved them at the end of a deploy. */
  saved<Node extends { readonly type: string }>(type: string): Node[] {
    // Node-RED wrote the file itself, and the tests check the values.
    const flows = JSON.parse(readFileSync(join(this.#host.userDir, 'flows.json'), 'utf8')) as Node[];
    return flows.filter((node) => node.type === type);
  }

  /** Closes its pages, and ends its flows. */
  async stop(): Promise<void> {
    await this.#host.release();
  }
}
