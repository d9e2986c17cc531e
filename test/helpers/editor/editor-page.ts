// Node-RED's editor in a headless Chromium, driven as a person would drive it.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { type NodeRedProcess, packageName } from '../flows/node-red-process';
import { nodeRedHome, repository } from '../package/environment';
import { clearFlows, loadFlows, renewTopicsSidebar, settleRequests, traces } from './page-reset';

/** Screenshots of each version of Node-RED are kept apart. */
const screenshots = join(repository, 'build/screenshots', nodeRedHome === repository ? 'node-red-4' : 'node-red-5');

const VIEWPORT = { width: 1400, height: 900 };

/** ms for one action or wait: on a loaded machine each takes many times as long, and the time of a test limits them all. */
const PATIENCE = 120_000;

/**
 * Takes the slide out of trays and menus: without a graphics card each frame of it costs as much as the whole dialog. And counts the
 * requests that jQuery does not.
 */
const STILL = `addEventListener('DOMContentLoaded', () => {
  const style = document.createElement('style');
  style.textContent = '*, *::before, *::after { transition: none !important; animation: none !important; }';
  document.head.append(style);
  // Other pages than the editor have none.
  if ('jQuery' in window) jQuery.fx.off = true;
});
window.fetchesUnderWay = 0;
const { fetch } = window;
window.fetch = (...args) => {
  const answer = fetch(...args);
  const over = () => void fetchesUnderWay--;
  fetchesUnderWay++;
  answer.then(over, over);
  return answer;
};`;

const BROKER = 'mqtt-flows-broker';

/** An expression in the page: how many nodes there are in the flows. */
const NODE_COUNT = '(() => { let count = 0; RED.nodes.eachNode(() => { count++; }); return count; })()';

/** A run that nobody looks at does without: each costs as much CPU as a small dialog. */
const takesScreenshots = process.env.MQTT_FLOWS_SCREENSHOTS !== 'false';

/** Keeps a picture of what `page` shows in build/screenshots. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  if (!takesScreenshots) return;
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
}

export class EditorPage {
  readonly page: Page;
  readonly locale: string;
  readonly #nodeRed: NodeRedProcess;
  readonly #errors: string[] = [];
  readonly #left: (page: EditorPage) => void;
  /** What could be seen of the page when it was new. */
  #traces = '';

  private constructor(page: Page, nodeRed: NodeRedProcess, locale: string, left: (page: EditorPage) => void) {
    this.page = page;
    this.#nodeRed = nodeRed;
    this.locale = locale;
    this.#left = left;
    page.on('console', (message) => {
      // Node-RED catches exceptions of a dialog and logs them as ordinary lines.
      const thrown = /^oneditprepare|^oneditsave|^oneditresize|^oneditcancel/.test(message.text());
      if (thrown || message.type() === 'error') this.#errors.push(`${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.#errors.push(error.stack ?? error.message));
  }

  /**
   * Opens the editor of `nodeRed` in the language `locale`, without data of earlier sessions. close() calls `left` when the page
   * can be used again.
   */
  static async open(
    browser: Browser,
    nodeRed: NodeRedProcess,
    locale: string,
    left: (page: EditorPage) => void,
  ): Promise<EditorPage> {
    const context = await browser.newContext({ locale, viewport: VIEWPORT });
    context.setDefaultTimeout(PATIENCE);
    await context.addInitScript(STILL);
    const editor = new EditorPage(await context.newPage(), nodeRed, locale, left);
    await editor.page.goto(nodeRed.url);
    await editor.#loaded();
    editor.#traces = await traces(editor.page);
    return editor;
  }

  /**
   * Makes a page that close() has left like one that has just been opened. Loads it again if something is left in it, or
   * if what a test has left keeps the flows from being loaded.
   */
  async again(): Promise<void> {
    this.forgetErrors();
    const found = await loadFlows(this.page).then(
      () => traces(this.page),
      () => undefined,
    );
    if (found !== this.#traces) await this.reload();
  }

  /** Loads the page again, as a user may. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.#loaded();
  }

  /** Asserts that no error was written to the console since the last call. */
  assertNoErrors(): void {
    assert.deepEqual(this.#errors.splice(0), []);
  }

  /** Leaves out of assertNoErrors() what came until now. */
  forgetErrors(): void {
    this.#errors.length = 0;
  }

  async screenshot(name: string): Promise<void> {
    await takeScreenshot(this.page, name);
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

  /**
   * Imports an example of this package through the Import dialog. Its lists load, open and move one after the other, so
   * a press and a release of the mouse may hit different things. Each choice is clicked at once.
   */
  async importExample(name: string): Promise<void> {
    await this.action('core:show-examples-import-dialog');
    const tree = this.page.locator('#red-ui-clipboard-dialog-import-tab-examples');
    const entries = tree.locator('.red-ui-treeList-label');
    const entry = (label: string): Locator => entries.filter({ has: this.page.getByText(label, { exact: true }) });
    // Some time after opening, the dialog selects the first entry, even if another was selected meanwhile.
    await tree.locator('.red-ui-treeList-label.selected').waitFor();
    await entry(packageName).dispatchEvent('click');
    await entry(name).dispatchEvent('click');
    const before = await this.page.evaluate<number>(NODE_COUNT);
    await this.page.locator('#red-ui-clipboard-dialog-ok:enabled').dispatchEvent('click');
    await tree.waitFor({ state: 'hidden' });
    // The dialog closes before the example has come. The examples share their broker, and Node-RED asks about nodes whose
    // ids are there already.
    const label = await this.page.evaluate<string>("RED._('clipboard.import.importCopy')");
    const imported = `${NODE_COUNT} > ${before}`;
    const asked = `$('.red-ui-notification button').get().some(({ textContent }) => textContent === '${label}')`;
    await this.page.waitForFunction(`${imported} || ${asked}`);
    if (await this.page.evaluate<boolean>(imported)) return;
    await this.page.locator('.red-ui-notification').getByRole('button', { name: label, exact: true }).click();
    await this.page.waitForFunction(imported);
  }

  /** Shows the flow of that name. */
  async openFlow(name: string): Promise<void> {
    await this.page.locator('#red-ui-workspace-tabs .red-ui-tab').filter({ hasText: name }).first().click();
  }

  /** Presses Deploy, and returns when Node-RED has saved and started the flows. */
  async deploy(): Promise<void> {
    await this.#nodeRed.whileDeploying(() => this.#pressDeploy());
  }

  async #pressDeploy(): Promise<void> {
    const deployed = this.page.waitForResponse(
      (answer) => answer.request().method() === 'POST' && answer.url().endsWith('/flows'),
    );
    // The button is no HTML button, and accepts clicks even while it looks disabled.
    await this.page.locator('#red-ui-header-button-deploy:not(.disabled)').click();
    const answer = await deployed;
    assert.equal(answer.status(), 200, 'the deploy');
    // The page has handled the answer when it takes its shade away. Changes made before would count as deployed.
    await this.page.locator('#red-ui-header-shade').waitFor({ state: 'hidden' });
  }

  /** Whether there is something to deploy. */
  async changed(): Promise<boolean> {
    return (await this.page.locator('#red-ui-header-button-deploy.disabled').count()) === 0;
  }

  /** Opens the dialog of a node and waits until it is complete. */
  async openDialog(label: string): Promise<Locator> {
    const dialog = this.page.locator('.red-ui-tray');
    // Clicks in the same millisecond, or more than 650 ms apart, are no double click for Node-RED: they only select.
    await this.node(label).locator('.red-ui-flow-node').dblclick();
    if ((await dialog.count()) === 0) await this.page.keyboard.press('Enter');
    return this.#standing(dialog);
  }

  /** Opens the dialog of the broker that the open dialog refers to. */
  async openBrokerDialog(): Promise<Locator> {
    await this.page.locator('#node-input-lookup-broker, #node-input-btn-broker-edit').first().click();
    const dialog = this.page.locator('.red-ui-tray').filter({ has: this.page.locator('#node-config-input-connectTo') });
    return this.#standing(dialog);
  }

  /** Opens the dialog of the broker that stands first, as the list of configuration nodes does. */
  async openBroker(): Promise<Locator> {
    await this.page.evaluate(
      `RED.nodes.eachConfig(({ type, id }) => type !== '${BROKER}' || RED.editor.editConfig('', type, id) || false)`,
    );
    return this.#standing(this.page.locator('.red-ui-tray'));
  }

  async cancelDialog(dialog: Locator): Promise<void> {
    await dialog.locator('#node-dialog-cancel, #node-config-dialog-cancel').click();
    await dialog.waitFor({ state: 'detached' });
  }

  async saveDialog(dialog: Locator): Promise<void> {
    await dialog.locator('#node-dialog-ok, #node-config-dialog-ok').click();
    await dialog.waitFor({ state: 'detached' });
  }

  /** Chooses the type of a typed input in the row of a dialog. */
  async chooseType(row: Locator, label: string): Promise<void> {
    await row.locator('.red-ui-typedInput-type-select').click();
    await this.#chooseEntry(label);
  }

  /** Chooses one of the values that a typed input offers. */
  async chooseValue(row: Locator, label: string): Promise<void> {
    await row.locator('.red-ui-typedInput-option-trigger').click();
    await this.#chooseEntry(label);
    await row.getByText(label, { exact: true }).waitFor();
  }

  /** Presses the button of an inject node, and waits until it has injected. */
  async pressInject(label: string): Promise<void> {
    const injected = this.page.waitForResponse((answer) => /\/inject\/[^/]+$/.test(answer.url()));
    await this.node(label).locator('.red-ui-flow-node-button-button').click();
    await injected;
  }

  /**
   * Does `act`, and waits for an element with `text` in it which may be there for a moment only: a wait that began later could
   * miss it.
   */
  async seeing(selector: string, text: string, act: () => Promise<void>): Promise<void> {
    const isThere = ([part, words]: readonly [string, string]): boolean =>
      [...document.querySelectorAll(part)].some(({ textContent }) => textContent.includes(words));
    // It looks at each frame.
    await Promise.all([this.page.waitForFunction(isThere, [selector, text] as const), act()]);
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

  /** Ends the use of the page by a test. Whatever is open in it is dropped. */
  async close(): Promise<void> {
    const cleared = await this.#clear().catch((error: Error) => {
      // The next test loads a new page, which costs seconds of CPU.
      if (!this.page.isClosed()) console.warn(`A page of the editor cannot be used again: ${error.message}`);
      return false;
    });
    if (!cleared) return this.dispose();
    this.#left(this);
  }

  /** Closes the page for good. */
  async dispose(): Promise<void> {
    await this.page.context().close();
  }

  async #clear(): Promise<boolean> {
    await this.page.setViewportSize(VIEWPORT);
    if (!(await clearFlows(this.page))) return false;
    await renewTopicsSidebar(this.page);
    await settleRequests(this.page);
    return true;
  }

  async #loaded(): Promise<void> {
    await this.paletteNode('mqtt-flows-subscribe').waitFor({ state: 'attached' });
    await this.page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
  }

  /** Waits until a menu has slid open, because its entries move until then. */
  async #chooseEntry(label: string): Promise<void> {
    const menu = this.page.locator('.red-ui-typedInput-options:visible');
    await menu.getByText(label, { exact: true }).dispatchEvent('click');
    await menu.waitFor({ state: 'hidden' });
  }

  /**
   * A dialog is built beside the window, slides in, computes its layout and takes the focus, each after a delay. It is
   * complete when none of that is left.
   */
  async #standing(dialog: Locator): Promise<Locator> {
    await dialog.waitFor({ state: 'visible' });
    const tray = await dialog.elementHandle();
    await this.page.waitForFunction(
      (element) =>
        element !== null &&
        (element as HTMLElement).style.right === '0px' &&
        element.getAnimations().length === 0 &&
        element.contains(document.activeElement),
      tray,
    );
    return dialog;
  }
}
