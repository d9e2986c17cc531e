// The outputs of subscribe, in the real editor: the wires of an output follow its filter.

import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { SubscribeConfig } from '#src/settings/subscribe.config';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { olderFlow } from '../../helpers/flows/older-flow';

interface SavedNode {
  readonly type: string;
  readonly wires: readonly (readonly string[])[];
}

describe('the outputs of a subscribe node in the editor', function () {
  this.timeout(300_000);
  let session: NodeRedEditor;
  let editor: EditorPage;

  before(async function () {
    session = await NodeRedEditor.start(needsChromium(this));
  });

  afterEach(async () => {
    editor.assertNoErrors();
    await editor.close();
  });

  after(() => session?.stop());

  async function open(nodes: readonly object[]): Promise<Locator> {
    await session.deploy(nodes);
    editor = await session.open({ label: 'in' });
    return editor.openDialog('in');
  }

  it('each filter gets an output, whose wires follow it', async () => {
    const dialog = await open(olderFlow());
    await dialog.locator('#mqtt-flows-subscribe-more > summary').click();
    await dialog.locator('#node-input-outputEach').check();
    await editor.screenshot('dialog-subscribe-each');
    await editor.saveDialog(dialog);
    const outputs = editor.node('in').locator('.red-ui-flow-port-output');
    await outputs.nth(1).waitFor();
    assert.equal(await outputs.count(), 2);
    await editor.deploy();
    const [each] = session.saved<SavedNode & SubscribeConfig>('mqtt-flows-subscribe');
    assert.deepEqual([each?.wires, each?.outputs, each?.outputEach], [[['d1'], []], 2, true]);
    await outputs.nth(1).hover();
    await editor.page.locator('text.red-ui-flow-port-tooltip-label').getByText('b', { exact: true }).waitFor();
    const again = await editor.openDialog('in');
    await again.locator('#mqtt-flows-subscriptions .red-ui-editableList-item-remove').last().click();
    await again.locator('.red-ui-editableList-addButton').click();
    await again.getByRole('textbox', { name: 'Topic filter' }).last().fill('c');
    await again.locator('#mqtt-flows-subscribe-more > summary').click();
    await again.locator('#mqtt-flows-subscribe-control').check();
    await editor.saveDialog(again);
    await editor.deploy();
    const [moved] = session.saved<SavedNode & SubscribeConfig>('mqtt-flows-subscribe');
    assert.deepEqual(moved?.wires, [['d1'], [], []]);
    assert.deepEqual(
      moved?.subscriptions.map(({ filter }) => filter),
      ['a', 'c'],
    );
    assert.ok(!('output' in (moved?.subscriptions[0] ?? {})), 'the place of a row is not saved');
  });

  it('a json node behind a subscribe node that turns its payload back into text is named, with the way to it', async () => {
    const json = { id: 'd1', type: 'json', name: 'back', property: 'payload', action: '', pretty: false };
    const toggling = olderFlow().map((node) =>
      'id' in node && node.id === 'd1' ? { ...node, ...json, wires: [[]] } : node,
    );
    const dialog = await open(toggling);
    const note = dialog.locator('.mqtt-flows-json-note');
    await note.getByText('The json node "back" behind it').waitFor();
    await editor.screenshot('dialog-subscribe-json');
    await note.getByRole('button', { name: 'Show' }).click();
    await dialog.locator('#node-input-format').selectOption('string');
    await note.waitFor({ state: 'hidden' });
    await editor.cancelDialog(dialog);
  });
});
