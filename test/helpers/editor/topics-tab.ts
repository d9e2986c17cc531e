// Drives the topics sidebar as a user would.

import type { Locator } from 'playwright-core';
import type { EditorPage } from './editor-page';

export class TopicsTab {
  readonly panel: Locator;
  readonly #editor: EditorPage;

  private constructor(editor: EditorPage) {
    this.#editor = editor;
    this.panel = editor.page.locator('.mqtt-flows-topics');
  }

  /** Shows the sidebar, with the brokers to choose from. */
  static async open(editor: EditorPage): Promise<TopicsTab> {
    await editor.action('mqtt-flows:show-topics-tab');
    const tab = new TopicsTab(editor);
    await tab.panel.locator('option', { hasText: 'Plant server' }).waitFor({ state: 'attached' });
    return tab;
  }

  get tree(): Locator {
    return this.panel.getByRole('tree');
  }

  get rows(): Locator {
    return this.panel.getByRole('treeitem');
  }

  get health(): Locator {
    return this.panel.locator('.mqtt-flows-health');
  }

  get pane(): Locator {
    return this.panel.getByRole('tabpanel');
  }

  /** The row with that name whose value contains `value`. */
  row(name: string, value = ''): Locator {
    return this.rows
      .filter({ has: this.#editor.page.locator('.mqtt-flows-topic-name', { hasText: name }) })
      .filter({ hasText: value });
  }

  tab(name: string): Locator {
    return this.panel.getByRole('tab', { name, exact: true });
  }

  /** Starts a recording, and waits until the SUBSCRIBE has been sent. */
  async start(filter = '#'): Promise<void> {
    await this.panel.getByLabel('Topic filter to subscribe to').fill(filter);
    const connected = this.#editor.page.waitForResponse(
      async (answer) => answer.url().endsWith('/topics/view') && (await answer.text()).includes('"connected"'),
    );
    await this.panel.getByRole('button', { name: 'Start' }).click();
    await connected;
  }

  async stop(): Promise<void> {
    await this.panel.getByRole('button', { name: 'Stop' }).click();
    await this.panel.getByRole('button', { name: 'Start' }).waitFor();
  }

  async openAll(): Promise<void> {
    await this.panel.getByRole('button', { name: 'Open all branches' }).click();
  }

  async search(text: string): Promise<void> {
    await this.panel.getByLabel('Search', { exact: true }).fill(text);
  }

  /**
   * Drags like a hand: over the edge of the target, on to the place in it, and for longer than the tree stays
   * unchanged.
   */
  async drag(source: Locator, target: Locator, place: { readonly x: number; readonly y: number }): Promise<void> {
    const { mouse } = this.#editor.page;
    const box = await target.boundingBox();
    if (!box) throw new Error('The target is not in sight');
    await source.hover();
    await mouse.down();
    await mouse.move(box.x + box.width - 60, box.y + place.y, { steps: 5 });
    const answered = this.#editor.page.waitForResponse((answer) => answer.url().endsWith('/topics/view'));
    await answered;
    await mouse.move(box.x + place.x, box.y + place.y, { steps: 5 });
    await mouse.up();
  }

  /** Makes the sidebar `width` px wide. */
  async narrow(width: number): Promise<void> {
    await this.panel.evaluate((element, pixels) => {
      for (let at: Element | null = element; at; at = at.parentElement) {
        if (at.id === 'red-ui-sidebar') (at as HTMLElement).style.width = `${pixels}px`;
      }
    }, width);
  }
}
