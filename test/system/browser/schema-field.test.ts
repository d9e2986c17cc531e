// The .proto text in a dialog: what is wrong with it is said at its line, before it is deployed.

import assert from 'node:assert/strict';
import { subscribeDefaults, subscriptionDefaults } from '#src/settings/subscribe.config';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { embeddedNode } from '../../helpers/flows/flow-nodes';

const RIGHT = 'syntax = "proto3";\npackage plant;\nmessage Reading {\n  double value = 1;\n}\n';
const WRONG = RIGHT.replace('value = 1', 'value 1');

describe('the .proto text in a dialog', function () {
  this.timeout(300_000);
  let session: NodeRedEditor;

  before(async function () {
    const chromium = needsChromium(this);
    const subscriptions = [{ ...subscriptionDefaults, filter: 'a/b' }];
    session = await NodeRedEditor.start(chromium, [
      { id: 'tab', type: 'tab', label: 'Plant' },
      embeddedNode('broker'),
      {
        ...{ ...subscribeDefaults, id: 'in', type: 'mqtt-flows-subscribe', name: 'readings', z: 'tab', x: 200, y: 100 },
        ...{ broker: 'broker', subscriptions, format: 'protobuf', schema: RIGHT, wires: [[]] },
      },
    ]);
  });

  after(() => session?.stop());

  it('is checked while it is typed, and offers the messages that it describes', async () => {
    const editor = await session.open({ label: 'readings' });
    const dialog = await editor.openDialog('readings');
    const offered = dialog.locator('#mqtt-flows-message-types option[value="plant.Reading"]');
    await offered.waitFor({ state: 'attached' });
    const text = dialog.locator('#node-input-schema');
    assert.equal(await text.getAttribute('aria-invalid'), 'false');
    await text.fill(WRONG);
    const problem = dialog.getByText("Line 4: illegal token '1', '=' expected");
    await problem.waitFor();
    assert.equal(await text.getAttribute('aria-invalid'), 'true');
    await problem.click();
    const selected = await text.evaluate((element) => {
      const { value, selectionStart, selectionEnd } = element as HTMLTextAreaElement;
      return value.slice(selectionStart, selectionEnd);
    });
    assert.equal(selected, '  double value 1;');
    await text.fill(RIGHT.replace('Reading', 'Alarm'));
    await problem.waitFor({ state: 'hidden' });
    await dialog.locator('#mqtt-flows-message-types option[value="plant.Alarm"]').waitFor({ state: 'attached' });
    const type = dialog.locator('#node-input-messageType');
    await type.fill('Reading');
    await dialog.getByText('The .proto text has no such message. It has: plant.Alarm').waitFor();
    await type.fill('Alarm');
    await dialog.getByText(/no such message/).waitFor({ state: 'hidden' });
    await editor.cancelDialog(dialog);
    editor.assertNoErrors();
  });

  it('of a file is a path, which is not checked', async () => {
    const editor = await session.open({ label: 'readings' });
    const dialog = await editor.openDialog('readings');
    await dialog.locator('#node-input-schema').fill(WRONG);
    await dialog.getByText(/^Line 4/).waitFor();
    await dialog.locator('#node-input-schemaFrom').selectOption('file');
    await dialog.getByText(/^Line 4/).waitFor({ state: 'hidden' });
    await editor.cancelDialog(dialog);
    editor.assertNoErrors();
  });
});
