// The dialogs of the nodes in the real editor: they open, explain what is wrong, and keep what is entered.

import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EditorPage } from '../helpers/editor-page';
import { findProgram, repository, skipWithout } from '../helpers/environment';
import { emptyUserDir, linkPackage, NodeRedProcess, removeUserDir } from '../helpers/node-red-process';

interface SavedNode {
  readonly type: string;
  readonly wires?: readonly (readonly string[])[];
  readonly outputs?: number;
  readonly subscriptions?: readonly { readonly filter: string; readonly qos: number }[];
}

describe('the dialogs in the editor', function () {
  this.timeout(120_000);
  let userDir: string;
  let nodeRed: NodeRedProcess;
  let editor: EditorPage;
  let program: string;

  before(async function () {
    program = skipWithout(this, 'Chromium', findProgram('chromium', 'chromium-browser', 'google-chrome'));
    userDir = emptyUserDir();
    linkPackage(userDir);
    copyFileSync(join(repository, 'examples/2 Route by topic.json'), join(userDir, 'flows.json'));
    nodeRed = await NodeRedProcess.start(userDir);
  });

  beforeEach(async () => {
    editor = await EditorPage.open(program, nodeRed.url);
    await editor.node('publish').waitFor();
  });

  afterEach(async () => {
    editor.assertNoErrors();
    await editor.close();
  });

  after(async () => {
    await nodeRed?.stop();
    if (userDir) removeUserDir(userDir);
  });

  /** The nodes of a type as Node-RED has saved them. */
  function saved(type: string): SavedNode[] {
    // Node-RED has written the file itself.
    const flows = JSON.parse(readFileSync(join(userDir, 'flows.json'), 'utf8')) as SavedNode[];
    return flows.filter((node) => node.type === type);
  }

  it('each opens, and closes without a change', async () => {
    for (const label of ['plant/#', 'publish', 'topic router']) {
      const dialog = await editor.openDialog(label);
      await editor.screenshot(`dialog-${label.replaceAll(/\W+/g, '-')}`);
      await editor.saveDialog(dialog);
    }
    assert.match((await editor.page.locator('#red-ui-header-button-deploy').getAttribute('class')) ?? '', /disabled/);
  });

  it('the broker dialog shows what belongs to a server or to the broker inside Node-RED', async () => {
    const subscribe = await editor.openDialog('plant/#');
    const broker = await editor.openBrokerDialog();
    assert.equal(await broker.locator('#mqtt-flows-server-url').isVisible(), false);
    await broker.locator('#mqtt-flows-embedded-port').fill('1883');
    assert.equal(await broker.locator('#mqtt-flows-embedded-anonymous').isVisible(), false);
    await broker.locator('#mqtt-flows-embedded-address').fill('0.0.0.0');
    assert.equal(await broker.locator('#mqtt-flows-embedded-anonymous').isVisible(), true);
    await editor.screenshot('dialog-broker-embedded');
    await broker.locator('#node-config-input-connectTo').selectOption('server');
    await broker.locator('#mqtt-flows-server-url').fill('mqtt://user:secret@localhost');
    await broker.getByText('user name and password belong in their own fields').waitFor();
    await editor.screenshot('dialog-broker-server');
    await editor.cancelDialog(broker);
    await editor.cancelDialog(subscribe);
  });

  it('the subscribe dialog says what a filter will capture and why one is not valid', async () => {
    const dialog = await editor.openDialog('plant/#');
    const filter = dialog.getByRole('textbox', { name: 'Topic filter' }).first();
    await filter.fill('plant/+line/#rest');
    await dialog.getByText('msg.params.line msg.params.rest').waitFor();
    await filter.fill('plant/#/+line');
    await dialog.getByText('"#" must be the last level').waitFor();
    assert.equal(await filter.getAttribute('aria-invalid'), 'true');
    await editor.cancelDialog(dialog);
  });

  it('a filter added in the dialog is subscribed to after the deploy', async () => {
    const dialog = await editor.openDialog('plant/#');
    await dialog.getByText('add', { exact: true }).click();
    const added = dialog.getByRole('textbox', { name: 'Topic filter' }).last();
    await added.fill('hall/+door');
    await dialog.getByRole('combobox', { name: 'QoS' }).last().selectOption('2');
    await editor.saveDialog(dialog);
    await editor.deploy();
    assert.deepEqual(
      saved('mqtt-flows-subscribe')[0]?.subscriptions?.map(({ filter, qos }) => [filter, qos]),
      [
        ['plant/#', 1],
        ['hall/+door', 2],
      ],
    );
    await editor.node('plant/#, hall/+door').getByText('connected', { exact: true }).waitFor();
  });

  it('removing the first rule of a router leaves the wires of the others where they belong', async () => {
    const [before] = saved('mqtt-flows-router');
    const dialog = await editor.openDialog('topic router');
    await dialog.locator('.red-ui-editableList-item-remove').first().click();
    await dialog.getByText('add', { exact: true }).click();
    await dialog.getByRole('textbox', { name: 'Topic filter' }).last().fill('plant/door');
    await editor.saveDialog(dialog);
    await editor.deploy();
    const [router] = saved('mqtt-flows-router');
    assert.equal(router?.outputs, 3);
    assert.deepEqual(router?.wires, [before?.wires?.[1], [], before?.wires?.[2]]);
  });

  it('everything is said in German to a German browser', async () => {
    await editor.close();
    editor = await EditorPage.open(program, nodeRed.url, 'de-DE');
    await editor.node('publish').getByText('verbunden', { exact: true }).waitFor();
    const dialog = await editor.openDialog('publish');
    await dialog.getByText('aus msg.qos, sonst 0').waitFor({ state: 'attached' });
    await editor.screenshot('dialog-publish-german');
    await editor.cancelDialog(dialog);
    assert.match(await editor.help('mqtt-flows-publish'), /Veröffentlicht Nachrichten/);
  });
});
