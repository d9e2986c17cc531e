// The way of a new user: find the nodes, import the first example, deploy, press the button, see the message.

import assert from 'node:assert/strict';
import { editorDefinition } from '../../helpers/editor/editor-definitions';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { MONACO } from '../../helpers/flows/node-red-process';
import { nodeStems } from '../../helpers/package/package-files';

/** Node-RED marks an inject node that also speaks once after a deploy. */
const SAY_HELLO = 'say hello ¹';
const NODES = nodeStems.map(editorDefinition);
const IN_PALETTE = NODES.filter(({ category }) => category !== 'config');

describe('the first flow in the editor', function () {
  this.timeout(300_000);
  let session: NodeRedEditor;
  let editor: EditorPage;

  before(async function () {
    session = await NodeRedEditor.start(needsChromium(this), [], MONACO);
    editor = await session.open();
  });

  after(() => session?.stop());

  afterEach(() => editor.assertNoErrors());

  for (const { type } of IN_PALETTE) {
    it(`the palette shows ${type} with an icon that exists`, async () => {
      const icon = await editor.paletteNode(type).locator('[data-palette-icon]').getAttribute('data-palette-icon');
      assert.match(icon ?? '', /mqtt-flows-\w+\.svg$/);
      const answer = await editor.page.request.get(session.nodeRed.url + icon);
      assert.equal(answer.status(), 200);
      assert.match(await answer.text(), /^<svg /);
    });
  }

  for (const { type } of NODES) {
    it(`${type} has help`, async () => assert.match(await editor.help(type), /<h3>/));
  }

  it('the category is found under its name', async () => {
    assert.equal(await editor.page.locator('#red-ui-palette-header-MQTT').innerText(), 'MQTT');
  });

  it('the first example is imported, deployed, and its message arrives in the debug sidebar', async () => {
    await editor.importExample('1 First flow');
    await editor.openFlow('First flow');
    await editor.deploy();
    await editor.node('publish').getByText('connected', { exact: true }).waitFor();
    await editor.node('greeting/+room').getByText('connected', { exact: true }).waitFor();
    const messages = await editor.debugMessages();
    // The example speaks once by itself.
    await messages.nth(0).waitFor();
    await editor.pressInject(SAY_HELLO);
    const pressed = messages.nth(1);
    await pressed.waitFor();
    assert.match(await pressed.innerText(), /greeting\/kitchen/);
    assert.match(await pressed.innerText(), /Hello from MQTT Flows/);
    await pressed.locator('.red-ui-debug-msg-object-handle').first().click();
    await pressed.getByText('params', { exact: true }).last().click();
    await pressed.getByText('"kitchen"', { exact: true }).waitFor();
    await editor.screenshot('first-flow');
  });

  it('a message that cannot be published says why in the debug sidebar', async () => {
    const dialog = await editor.openDialog(SAY_HELLO);
    await dialog.locator('#node-input-property-container .red-ui-typedInput-input').last().fill('greeting/+');
    await editor.saveDialog(dialog);
    await editor.deploy();
    await editor.pressInject(SAY_HELLO);
    const error = (await editor.debugMessages()).filter({ hasText: 'topic-invalid' }).first();
    await error.waitFor();
    await error.locator('.red-ui-debug-msg-object-handle').first().click();
    await error.getByText('The topic "greeting/+" is not valid: it contains a wildcard, + or #').waitFor();
    await editor.screenshot('error-in-debug-sidebar');
  });
});
