// The dialogs for people who cannot see them or use no mouse: axe-core's rules, and the broker dialog by keyboard.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { acknowledgeDefaults } from '#src/settings/acknowledge.config';
import { requestDefaults } from '#src/settings/request.config';
import { stateDefaults } from '#src/settings/state.config';
import { accessibilityFaults } from '../../helpers/editor/accessibility';
import { darken } from '../../helpers/editor/dark-theme';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { repository } from '../../helpers/package/environment';

const EXAMPLE = join(repository, 'examples/2 Route by topic.json');

describe('the dialogs, seen by axe-core', function () {
  this.timeout(300_000);
  let session: NodeRedEditor;
  let editor: EditorPage;

  before(async function () {
    session = await NodeRedEditor.start(needsChromium(this), everyNode());
    editor = await session.open();
  });

  afterEach(() => editor.assertNoErrors());

  after(() => session?.stop());

  /** Our part of a dialog. */
  function form(dialog: Locator): Locator {
    return dialog.locator('#dialog-form, #node-config-dialog-edit-form').first();
  }

  /** The faults in the light and in the dark. */
  async function faultsOf(dialog: Locator): Promise<string[]> {
    const faults: string[] = [];
    for (const dark of [false, true]) {
      await darken(editor.page, dark);
      // A theme changes nothing but colours.
      const found = await accessibilityFaults(form(dialog), dark ? ['color-contrast'] : undefined);
      faults.push(...found.map((fault) => (dark ? `dark: ${fault}` : fault)));
    }
    await darken(editor.page, false);
    return faults;
  }

  for (const label of ['plant/#', 'publish', 'topic router', 'acknowledge', 'ask', 'state']) {
    it(`has no serious fault in light and dark: ${label}`, async () => {
      const dialog = await editor.openDialog(label);
      // What is folded away is looked at, too.
      await dialog.locator('details').evaluateAll((folds) => {
        for (const fold of folds) fold.setAttribute('open', '');
      });
      const faults = await faultsOf(dialog);
      await editor.cancelDialog(dialog);
      assert.deepEqual(faults, []);
    });
  }

  it('has no serious fault in the dark: an error', async () => {
    await darken(editor.page, true);
    const dialog = await editor.openDialog('plant/#');
    await dialog.locator('#mqtt-flows-subscriptions input').first().fill('plant/a#');
    await dialog.getByText('the wildcard must be the first character').waitFor();
    await editor.screenshot('dialog-error-dark');
    const faults = await accessibilityFaults(form(dialog));
    await darken(editor.page, false);
    await editor.cancelDialog(dialog);
    assert.deepEqual(faults, []);
  });

  it('has no serious fault in light and dark: the broker, in each tab', async () => {
    const broker = await editor.openBroker();
    await broker.locator('#mqtt-flows-connection-more > summary').click();
    const faults = await faultsOf(broker);
    await broker.locator('#node-config-input-connectTo').selectOption('server');
    for (const tab of await broker.getByRole('tab').all()) {
      await tab.click();
      faults.push(...(await faultsOf(broker)));
    }
    await editor.cancelDialog(broker);
    assert.deepEqual(faults, []);
  });

  it('the broker dialog fits a narrow window, in the light and in the dark', async () => {
    const whole = editor.page.viewportSize();
    const broker = await editor.openBroker();
    await editor.page.setViewportSize({ width: 600, height: 700 });
    await broker.locator('#node-config-input-connectTo').selectOption('server');
    for (const theme of ['light', 'dark']) {
      // The class by which Node-RED 5 is dark; Node-RED 4 leaves that to themes.
      await editor.page.evaluate(`document.documentElement.classList.toggle('nr-theme-dark', ${theme === 'dark'})`);
      for (const tab of await broker.getByRole('tab').all()) {
        await tab.click();
        await editor.screenshot(`dialog-broker-narrow-${theme}-${(await tab.innerText()).toLowerCase()}`);
        const excess = await form(broker).evaluate((element) => element.scrollWidth - element.clientWidth);
        assert.ok(excess <= 0, `${await tab.innerText()} is ${excess} px too wide`);
      }
    }
    await editor.cancelDialog(broker);
    if (whole) await editor.page.setViewportSize(whole);
  });

  it('the broker dialog is used by keyboard alone', async () => {
    const { keyboard } = editor.page;
    const broker = await editor.openBroker();
    const focused = broker.locator(':focus');
    await broker.locator('#node-config-input-connectTo').focus();
    await keyboard.press('ArrowUp');
    assert.equal(await broker.locator('#mqtt-flows-servers').isVisible(), true, 'a server was chosen');
    await keyboard.press('Tab');
    assert.equal(await focused.innerText(), 'Connection');
    await editor.screenshot('dialog-broker-focus');
    assert.notEqual(await focused.evaluate((tab) => getComputedStyle(tab).outlineStyle), 'none');
    for (const [key, tab] of [
      ['ArrowRight', 'Session'],
      ['End', 'Advanced'],
      ['ArrowRight', 'Connection'],
      ['ArrowLeft', 'Advanced'],
      ['Home', 'Connection'],
    ] as const) {
      await keyboard.press(key);
      assert.equal(await focused.innerText(), tab);
      assert.equal(await broker.getByRole('tabpanel', { name: tab }).isVisible(), true);
    }
    const reach = async (found: Locator): Promise<void> => {
      for (let steps = 0; steps < 20 && !(await isFocused(found)); steps++) await keyboard.press('Tab');
      assert.equal(await isFocused(found), true);
    };
    const servers = broker.getByRole('textbox', { name: 'Server', exact: true });
    await reach(servers.first());
    await keyboard.press('ControlOrMeta+A');
    await keyboard.type('mqtt://one');
    await reach(broker.locator('.red-ui-editableList-addButton').first());
    await keyboard.press('Enter');
    await servers.nth(1).focus();
    await keyboard.type('mqtt://two');
    await keyboard.press('Alt+ArrowUp');
    assert.deepEqual(await values(servers), ['mqtt://two', 'mqtt://one']);
    await keyboard.press('ArrowDown');
    assert.equal(await isFocused(servers.nth(1)), true);
    await reach(broker.getByRole('button', { name: 'remove' }).nth(1));
    await keyboard.press('Enter');
    await servers.nth(1).waitFor({ state: 'detached' });
    await reach(broker.locator('#mqtt-flows-connection-more > summary'));
    await keyboard.press('Enter');
    const keep = broker.getByLabel('Connect when the flow starts');
    await reach(keep);
    await keyboard.press('Space');
    assert.equal(await keep.isChecked(), false);
    await editor.cancelDialog(broker);
  });
});

/** The example, and the nodes that it has no use for. */
function everyNode(): object[] {
  const nodes = JSON.parse(readFileSync(EXAMPLE, 'utf8')) as { id: string; type: string }[];
  const z = nodes.find(({ type }) => type === 'tab')?.id;
  const broker = nodes.find(({ type }) => type === 'mqtt-flows-broker')?.id;
  const acknowledge = { ...acknowledgeDefaults, type: 'mqtt-flows-acknowledge', x: 200, y: 500, wires: [[]] };
  const request = { ...requestDefaults, type: 'mqtt-flows-request', name: 'ask', broker, x: 400, y: 500, wires: [[]] };
  const state = {
    ...stateDefaults,
    type: 'mqtt-flows-state',
    name: 'state',
    broker,
    x: 600,
    y: 500,
    wires: [[], [], []],
  };
  const others = [
    { ...acknowledge, id: 'acknowledge', z },
    { ...request, topic: 'plant/ask', id: 'request', z },
    { ...state, id: 'state', z },
  ];
  return [...nodes, ...others];
}

function isFocused(found: Locator): Promise<boolean> {
  return found.evaluate((element) => element === document.activeElement);
}

async function values(fields: Locator): Promise<string[]> {
  return Promise.all((await fields.all()).map((field) => field.inputValue()));
}
