// Node-RED's editor in a headless Chromium, driven as a person would drive it.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { nodeRedHome, repository } from './environment';

/** Screenshots of each version of Node-RED are kept apart. */
const screenshots = join(repository, 'build/screenshots', nodeRedHome === repository ? 'node-red-4' : 'node-red-5');

/** Nothing of Chromium's own that would want to reach the network. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export class EditorPage {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #profile: string;
  readonly #errors: string[] = [];

  private constructor(context: BrowserContext, page: Page, profile: string) {
    this.#context = context;
    this.page = page;
    this.#profile = profile;
    page.on('console', (message) => {
      // What a dialog throws, Node-RED catches and logs as an ordinary line.
      const thrown = /^oneditprepare|^oneditsave|^oneditresize|^oneditcancel/.test(message.text());
      if (thrown || message.type() === 'error') this.#errors.push(`${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.#errors.push(error.stack ?? error.message));
  }

  /** Opens the editor at `url` in a browser that speaks `locale`. */
  static async open(program: string, url: string, locale = 'en-US'): Promise<EditorPage> {
    const profile = mkdtempSync(join(tmpdir(), 'mqtt-flows-browser-'));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: program,
      args: QUIET,
      locale,
      viewport: { width: 1400, height: 900 },
    });
    const page = context.pages()[0] ?? (await context.newPage());
    const editor = new EditorPage(context, page, profile);
    await page.goto(url);
    await editor.paletteNode('mqtt-flows-subscribe').waitFor({ state: 'attached' });
    return editor;
  }

  /** Asserts that nothing has been written to the console as an error since the last time. */
  assertNoErrors(): void {
    assert.deepEqual(this.#errors.splice(0), []);
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(screenshots, { recursive: true });
    await this.page.screenshot({ path: join(screenshots, `${name}.png`) });
  }

  paletteNode(type: string): Locator {
    return this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
  }

  /** A node in the workspace, by its label. */
  node(label: string): Locator {
    return this.page
      .locator('#red-ui-workspace-chart .red-ui-flow-node-group')
      .filter({ has: this.page.getByText(label, { exact: true }) })
      .first();
  }

  /** Imports an example of this package through the Import dialog. */
  async importExample(name: string): Promise<void> {
    await this.action('core:show-examples-import-dialog');
    const tree = this.page.locator('#red-ui-clipboard-dialog-import-tab-examples');
    await tree.getByText('@mqtt-flows/node-red-mqtt-flows', { exact: true }).click();
    await tree.getByText(name, { exact: true }).click();
    await this.page.locator('#red-ui-clipboard-dialog-ok').click();
    await tree.waitFor({ state: 'hidden' });
  }

  /** Shows the flow of that name. */
  async openFlow(name: string): Promise<void> {
    await this.page.locator('#red-ui-workspace-tabs .red-ui-tab').filter({ hasText: name }).first().click();
  }

  async deploy(): Promise<void> {
    const deployed = this.page.waitForResponse((answer) => answer.url().endsWith('/flows') && answer.ok());
    await this.page.locator('#red-ui-header-button-deploy').click();
    await deployed;
  }

  /** Opens the dialog of a node and waits until it has slid in. */
  async openDialog(label: string): Promise<Locator> {
    await this.node(label).locator('.red-ui-flow-node').dblclick();
    return this.#settled(this.page.locator('.red-ui-tray').last());
  }

  /** Opens the dialog of the broker that the open dialog refers to. */
  async openBrokerDialog(): Promise<Locator> {
    await this.page.locator('#node-input-lookup-broker, #node-input-btn-broker-edit').first().click();
    const dialog = this.page.locator('.red-ui-tray').filter({ has: this.page.locator('#node-config-input-connectTo') });
    return this.#settled(dialog);
  }

  async cancelDialog(dialog: Locator): Promise<void> {
    await dialog.locator('#node-dialog-cancel, #node-config-dialog-cancel').click();
    await dialog.waitFor({ state: 'detached' });
  }

  async saveDialog(dialog: Locator): Promise<void> {
    await dialog.locator('#node-dialog-ok, #node-config-dialog-ok').click();
    await dialog.waitFor({ state: 'detached' });
  }

  async pressInject(label: string): Promise<void> {
    await this.node(label).locator('.red-ui-flow-node-button-button').click();
  }

  /** The messages in the debug sidebar, which is opened. */
  async debugMessages(): Promise<Locator> {
    await this.action('core:show-debug-tab');
    return this.page.locator('.red-ui-debug-msg');
  }

  /** Runs an action of the editor, as its key or menu entry would. */
  async action(name: string): Promise<void> {
    await this.page.evaluate(`RED.actions.invoke(${JSON.stringify(name)})`);
  }

  /** The help text of a node type, as the help sidebar shows it. */
  async help(type: string): Promise<string> {
    return this.page.evaluate<string>(`RED.nodes.getNodeHelp(${JSON.stringify(type)}) || ''`);
  }

  async close(): Promise<void> {
    await this.#context.close();
    rmSync(this.#profile, { recursive: true, force: true });
  }

  /** A tray slides in from the right: it is there when it has stopped moving. */
  async #settled(dialog: Locator): Promise<Locator> {
    await dialog.waitFor({ state: 'visible' });
    const handle = await dialog.elementHandle();
    await handle?.waitForElementState('stable');
    return dialog;
  }
}
