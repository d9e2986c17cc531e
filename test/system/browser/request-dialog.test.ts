// The dialog of the request node in the real editor: what matters first, what is rare folded, all of it kept.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import type { RequestConfig } from '#src/settings/request.config';
import { accessibilityFaults } from '../../helpers/editor/accessibility';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { repository } from '../../helpers/package/environment';

type SavedNode = { readonly id: string; readonly type: string } & RequestConfig;

const example = (name: string): string => readFileSync(join(repository, `examples/${name}.json`), 'utf8');

describe('the request dialog in the editor', function () {
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

  async function openWith(flow: string, label: string, locale?: string): Promise<Locator> {
    await session.deploy(flow);
    editor = await session.open({ label, ...(locale && { locale }) });
    return editor.openDialog(label);
  }

  function field(dialog: Locator, name: string): Locator {
    return dialog.locator(`#node-input-${name}`);
  }

  async function saved(dialog: Locator, label: string): Promise<SavedNode> {
    await editor.saveDialog(dialog);
    await editor.node(label).waitFor();
    await editor.deploy();
    const [node] = session.saved<SavedNode>('mqtt-flows-request');
    assert.ok(node);
    return node;
  }

  it('shows what runs of a node that was written by hand, and changes nothing', async () => {
    // Null is what is missing for the runtime.
    const settings = { replies: null, inflateLimit: null };
    const byHand = [
      { id: 'tab', type: 'tab', label: 'By hand' },
      { id: 'broker', type: 'mqtt-flows-broker', servers: [{ url: 'mqtt://127.0.0.1' }], autoConnect: null },
      {
        id: 'asks',
        type: 'mqtt-flows-request',
        name: 'ask',
        broker: 'broker',
        ...settings,
        z: 'tab',
        x: 200,
        y: 80,
        wires: [[]],
      },
    ];
    const dialog = await openWith(JSON.stringify(byHand), 'ask');
    const shown = ['answerTo', 'replies', 'timeout'].map((name) => field(dialog, name).inputValue());
    assert.deepEqual(await Promise.all(shown), ['request', 'one', '10']);
    const broker = await editor.openBrokerDialog();
    assert.ok(await broker.locator('#node-config-input-autoConnect').isChecked());
    await editor.cancelDialog(broker);
    const { atATime, inflateLimit } = await saved(dialog, 'ask');
    assert.deepEqual([Number(atATime), Number(inflateLimit)], [100, 16]);
  });

  it('shows that a node which was written by hand has no broker, where there are several', async () => {
    const byHand = [
      { id: 'tab', type: 'tab', label: 'By hand' },
      { id: 'first', type: 'mqtt-flows-broker', servers: [{ url: 'mqtt://127.0.0.1' }] },
      { id: 'second', type: 'mqtt-flows-broker', servers: [{ url: 'mqtt://127.0.0.2' }] },
      { id: 'asks', type: 'mqtt-flows-request', name: 'ask', z: 'tab', x: 200, y: 80, wires: [[]] },
    ];
    const dialog = await openWith(JSON.stringify(byHand), 'ask');
    assert.equal(await field(dialog, 'broker').locator('option:checked').innerText(), 'none');
    await editor.cancelDialog(dialog);
  });

  it('shows what matters, and folds the rest', async () => {
    const dialog = await openWith(example('5 Request and response'), 'request');
    for (const name of ['answerTo', 'replies', 'timeout']) assert.ok(await field(dialog, name).isVisible(), name);
    for (const name of ['responseTopic', 'match', 'maxReplies', 'atATime', 'responsePrefix', 'describePayload']) {
      assert.ok(!(await field(dialog, name).isVisible()), name);
    }
    assert.deepEqual(await accessibilityFaults(dialog.locator('#dialog-form')), []);
    await editor.screenshot('request-dialog');
    await editor.cancelDialog(dialog);
  });

  it('keeps what is set for a device', async () => {
    const dialog = await openWith(example('5 Request and response'), 'request');
    await editor.chooseType(dialog.locator('#mqtt-flows-payload-row'), 'JSON template');
    await dialog.locator('#mqtt-flows-payload-template').fill('{ "n": {{$now}} }');
    await field(dialog, 'answerTo').selectOption('device');
    await field(dialog, 'responseTopic').fill('stat/#/x');
    await dialog.getByText('"#" must be the last level').waitFor();
    await field(dialog, 'responseTopic').fill('stat/{{device}}/RESULT');
    await dialog.getByText('For example: stat/‹device›/RESULT').waitFor();
    await field(dialog, 'match').selectOption('jsonata');
    const condition = dialog.locator('#mqtt-flows-matchExpression-row input.red-ui-typedInput-input');
    await condition.fill('payload.n = request.n');
    await field(dialog, 'replies').selectOption('some');
    await field(dialog, 'maxReplies').fill('3');
    await dialog.locator('#mqtt-flows-request-more summary').click();
    await field(dialog, 'minReplies').fill('2');
    await field(dialog, 'replyFormat').selectOption('json');
    assert.deepEqual(await accessibilityFaults(dialog.locator('#dialog-form')), []);
    await editor.screenshot('request-dialog-device');
    const node = await saved(dialog, 'request');
    const { answerTo, responseTopic, match, matchExpression, replies, replyFormat } = node;
    assert.deepEqual(
      { answerTo, responseTopic, match, matchExpression, replies, replyFormat },
      {
        answerTo: 'device',
        responseTopic: 'stat/{{device}}/RESULT',
        match: 'jsonata',
        matchExpression: 'payload.n = request.n',
        replies: 'some',
        replyFormat: 'json',
      },
    );
    assert.deepEqual([node.payloadType, node.payload], ['json', '{ "n": {{$now}} }']);
    assert.deepEqual([Number(node.maxReplies), Number(node.minReplies)], [3, 2]);
    const again = await editor.openDialog('request');
    assert.ok(await field(again, 'replyFormat').isVisible());
    assert.equal(await condition.inputValue(), 'payload.n = request.n');
    await editor.cancelDialog(again);
  });

  it('loses nothing of an example when it is opened and closed', async () => {
    const flow = example('5c Ask Shelly devices');
    const dialog = await openWith(flow, '{{device}}/rpc', 'de');
    await editor.screenshot('request-dialog-de');
    await editor.saveDialog(dialog);
    assert.equal(await editor.changed(), false);
  });
});
