// What publish sends, in the real editor: a template is checked and tried while it is typed.

import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { PublishConfig } from '#src/settings/publish.config';
import { darken } from '../../helpers/editor/dark-theme';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { olderFlow } from '../../helpers/flows/older-flow';

interface SavedNode {
  readonly type: string;
}

describe('the payload of a publish node in the editor', function () {
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

  async function open(nodes: readonly object[], locale = 'en-US'): Promise<Locator> {
    await session.deploy(nodes);
    editor = await session.open({ label: 'out', locale });
    return editor.openDialog('out');
  }

  it('a JSON template is checked with its place, and shows what it makes of the last message', async () => {
    const dialog = await open(olderFlow());
    const row = dialog.locator('#mqtt-flows-payload-row');
    await editor.chooseType(row, 'JSON template');
    const template = row.locator('textarea');
    await template.fill('{ "count": {{payload}},\n  "at": nope }');
    await row.getByText('line 2, column 9: "nope }" does not fit there').waitFor();
    assert.equal(await template.getAttribute('aria-invalid'), 'true');
    await template.fill('{ "count": {{payload}}, "text": "{{topic}} {{payload}}" }');
    await row.getByText('For example: {"count":"‹payload›","text":"‹topic› ‹payload›"}').waitFor();
    await row.getByText('The result appears here with the next message').waitFor();
    assert.ok((await fetch(`${session.nodeRed.url}inject/inject`, { method: 'POST' })).ok);
    await row.getByText('Last message: {"count":7,"text":"a 7"} (object)').waitFor();
    await editor.screenshot('dialog-publish-content');
    await darken(editor.page, true);
    await editor.screenshot('dialog-publish-content-dark');
    await darken(editor.page, false);
    await template.fill('{ "count": {{flow.none}} }');
    await row.getByText('flow.none is missing').waitFor();
    await editor.saveDialog(dialog);
    await editor.deploy();
    const [node] = session.saved<PublishConfig & SavedNode>('mqtt-flows-publish');
    assert.deepEqual([node?.payload, node?.payloadType], ['{ "count": {{flow.none}} }', 'json']);
    const again = await editor.openDialog('out');
    assert.equal(await again.locator('#mqtt-flows-payload-template').inputValue(), '{ "count": {{flow.none}} }');
    await editor.chooseType(again.locator('#mqtt-flows-payload-row'), 'msg.');
    await editor.saveDialog(again);
    await editor.deploy();
    const [back] = session.saved<PublishConfig & SavedNode>('mqtt-flows-publish');
    assert.deepEqual([back?.payload, back?.payloadType], ['payload', 'msg']);
  });

  it('an older publish node stays as it is when its dialog is looked at', async () => {
    const dialog = await open(olderFlow());
    await editor.saveDialog(dialog);
    assert.equal(await editor.changed(), false);
  });

  it('speaks German, too', async () => {
    const dialog = await open(olderFlow(), 'de');
    const row = dialog.locator('#mqtt-flows-payload-row');
    await editor.chooseType(row, 'JSON-Vorlage');
    await row.locator('textarea').fill('{ "a": {{payload}} }');
    await row.getByText('Zum Beispiel').waitFor();
    await editor.screenshot('dialog-publish-content-de');
    await editor.cancelDialog(dialog);
  });
});
