// What publish sends and the outputs of subscribe, in the real editor: a template is checked and tried while it is typed, and
// the wires of an output follow its filter.

import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { type PublishConfig, publishDefaults } from '#src/settings/publish.config';
import { type SubscribeConfig, subscribeDefaults, subscriptionDefaults } from '#src/settings/subscribe.config';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { embeddedNode } from '../../helpers/flows/flow-nodes';

interface SavedNode {
  readonly type: string;
  readonly wires: readonly (readonly string[])[];
}

const TAB = { id: 'tab', type: 'tab', label: 'Fewer nodes' };
const place = (y: number): object => ({ z: 'tab', x: 300, y });

/** An inject node that sends `count`, a publish node, and a subscribe node as an older version has saved it. */
function flow(subscribe: Partial<SubscribeConfig> = {}): object[] {
  const subscriptions = ['a', 'b'].map((filter) => ({ ...subscriptionDefaults, filter }));
  const { outputEach: _each, outputs: _outputs, receivedAt: _at, ...older } = subscribeDefaults;
  const { payload: _payload, payloadType: _type, ...olderPublish } = publishDefaults;
  const debug = { type: 'debug', active: false, tosidebar: true, console: false, tostatus: false, complete: 'payload' };
  return [
    TAB,
    embeddedNode('broker'),
    {
      ...{ id: 'inject', type: 'inject', name: 'count', topic: 'a', payload: '7', payloadType: 'num', repeat: '' },
      ...{ crontab: '', once: false, onceDelay: 0.1, props: [{ p: 'payload' }, { p: 'topic', vt: 'str' }] },
      ...{ ...place(80), wires: [['pub']] },
    },
    {
      ...olderPublish,
      name: 'out',
      broker: 'broker',
      ...place(160),
      id: 'pub',
      type: 'mqtt-flows-publish',
      wires: [[]],
    },
    {
      ...older,
      ...{ name: 'in', broker: 'broker', subscriptions, ...subscribe },
      ...{ ...place(240), id: 'sub', type: 'mqtt-flows-subscribe', wires: [['d1']] },
    },
    { ...debug, id: 'd1', name: 'd1', ...place(320), wires: [] },
    { ...debug, id: 'd2', name: 'd2', ...place(400), wires: [] },
  ];
}

describe('content and outputs in the editor', function () {
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

  async function open(label: string, nodes: readonly object[], locale?: string): Promise<Locator> {
    await session.deploy(nodes);
    editor = await session.open({ label, ...(locale === undefined ? {} : { locale }) });
    return editor.openDialog(label);
  }

  it('a JSON template is checked with its place, and shows what it makes of the last message', async () => {
    const dialog = await open('out', flow());
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
    await editor.page.evaluate("document.documentElement.classList.add('nr-theme-dark')");
    await editor.screenshot('dialog-publish-content-dark');
    await editor.page.evaluate("document.documentElement.classList.remove('nr-theme-dark')");
    await template.fill('{ "count": {{flow.none}} }');
    await row.getByText('flow.none is missing').waitFor();
    await editor.saveDialog(dialog);
    await editor.deploy();
    const [node] = session.saved<SavedNode & PublishConfig>('mqtt-flows-publish');
    assert.deepEqual([node?.payload, node?.payloadType], ['{ "count": {{flow.none}} }', 'json']);
    const again = await editor.openDialog('out');
    assert.equal(await again.locator('#mqtt-flows-payload-template').inputValue(), '{ "count": {{flow.none}} }');
    await editor.chooseType(again.locator('#mqtt-flows-payload-row'), 'msg.');
    await editor.saveDialog(again);
    await editor.deploy();
    const [back] = session.saved<SavedNode & PublishConfig>('mqtt-flows-publish');
    assert.deepEqual([back?.payload, back?.payloadType], ['payload', 'msg']);
  });

  it('an older publish node stays as it is when its dialog is looked at', async () => {
    const dialog = await open('out', flow());
    await editor.saveDialog(dialog);
    assert.equal(await editor.changed(), false);
  });

  it('each filter gets an output, whose wires follow it', async () => {
    const dialog = await open('in', flow());
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
    const toggling = flow().map((node) =>
      'id' in node && node.id === 'd1' ? { ...json, ...place(320), wires: [[]] } : node,
    );
    const dialog = await open('in', toggling);
    const note = dialog.locator('.mqtt-flows-json-note');
    await note.getByText('The json node "back" behind it').waitFor();
    await editor.screenshot('dialog-subscribe-json');
    await note.getByRole('button', { name: 'Show' }).click();
    await dialog.locator('#node-input-format').selectOption('string');
    await note.waitFor({ state: 'hidden' });
    await editor.cancelDialog(dialog);
  });

  it('speaks German, too', async () => {
    const dialog = await open('out', flow(), 'de');
    const row = dialog.locator('#mqtt-flows-payload-row');
    await editor.chooseType(row, 'JSON-Vorlage');
    await row.locator('textarea').fill('{ "a": {{payload}} }');
    await row.getByText('Zum Beispiel').waitFor();
    await editor.screenshot('dialog-publish-content-de');
    await editor.cancelDialog(dialog);
  });
});
