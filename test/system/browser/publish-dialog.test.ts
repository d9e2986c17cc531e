// The dialog of the publish node in the real editor: what can be set is explained, checked, kept and shown again.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import type { PublishConfig } from '#src/settings/publish.config';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { repository } from '../../helpers/package/environment';

type SavedNode = { readonly type: string; connectTo?: string; autoConnect?: boolean };

const EXAMPLE = readFileSync(join(repository, 'examples/1 First flow.json'), 'utf8');

const EXPIRY: PublishConfig['properties'] = { messageExpiryInterval: { value: '60', type: 'num' } };

/** A flow with a broker node for a server, which may speak MQTT 5 unless a version is given; it is not connected to. */
function withServer(protocolVersion: 'auto' | 4 = 'auto', text = EXAMPLE): string {
  const flow = JSON.parse(text) as SavedNode[];
  for (const node of flow) {
    if (node.type !== 'mqtt-flows-broker') continue;
    Object.assign(node, { connectTo: 'server', autoConnect: false, protocolVersion });
  }
  return JSON.stringify(flow);
}

describe('the publish dialog in the editor', function () {
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

  async function openWith(flow: string): Promise<Locator> {
    await session.deploy(flow);
    editor = await session.open({ label: 'publish' });
    return editor.openDialog('publish');
  }

  async function saved(label: string, dialog: Locator): Promise<PublishConfig> {
    await editor.saveDialog(dialog);
    await editor.node(label).waitFor();
    await editor.deploy();
    const [node] = session.saved<SavedNode & PublishConfig>('mqtt-flows-publish');
    assert.ok(node);
    return node;
  }

  /** The text field of a typed input. */
  function text(row: Locator): Locator {
    return row.locator('input.red-ui-typedInput-input');
  }

  it('shows what a template will give while it is typed, and why it gives nothing', async () => {
    const dialog = await openWith(EXAMPLE);
    const row = dialog.locator('#mqtt-flows-topic-row');
    await editor.chooseType(row, 'topic');
    await text(row).fill('');
    await text(row).pressSequentially('report/{{params.line}}/{{payload.items[0].id}}');
    await row.getByText('For example: report/‹line›/‹id›').waitFor();
    await editor.screenshot('dialog-publish-template');
    await text(row).pressSequentially('/#');
    await text(row).fill('report/#');
    await row.getByText('it contains a wildcard, + or #').waitFor();
    assert.equal(await text(row).getAttribute('aria-invalid'), 'true');
    await text(row).fill('report/{{payload.id');
    await row.getByText('has no closing }}').waitFor();
    await editor.cancelDialog(dialog);
  });

  it('finds a topic that was typed where a property of the message is asked for, and takes it by one press', async () => {
    const dialog = await openWith(EXAMPLE);
    const row = dialog.locator('#mqtt-flows-topic-row');
    await editor.chooseType(row, 'msg.');
    await text(row).fill('home/light/set');
    await row.getByText('This is a topic').waitFor();
    assert.equal(await text(row).getAttribute('aria-invalid'), 'true');
    await row.getByRole('button', { name: 'It is the topic' }).click();
    await row.getByText('This is a topic').waitFor({ state: 'detached' });
    const node = await saved('home/light/set', dialog);
    assert.deepEqual([node.topicType, node.topic], ['str', 'home/light/set']);
  });

  it('finds a value that was typed where a property of the message is asked for, and takes it by one press', async () => {
    const dialog = await openWith(EXAMPLE);
    const row = dialog.locator('#mqtt-flows-payload-row');
    const hint = row.getByText('This is a value, and a property of the message is asked for here');
    await text(row).first().fill('on');
    assert.equal(await hint.isVisible(), false);
    await text(row).first().fill('21.5');
    await hint.waitFor();
    await editor.screenshot('dialog-publish-value');
    await text(row).first().fill('21.5 °C');
    await row.getByRole('button', { name: 'It is the payload' }).click();
    assert.equal(await hint.isVisible(), false);
    const { payload, payloadType } = await saved('publish', dialog);
    assert.deepEqual([payload, payloadType], ['21.5 °C', 'str']);
  });

  it('cuts the blanks around a topic, and says so', async () => {
    const dialog = await openWith(EXAMPLE);
    const row = dialog.locator('#mqtt-flows-topic-row');
    await editor.chooseType(row, 'topic');
    await text(row).fill(' plant/line ');
    await row.getByText('The blanks at the start and the end are cut').waitFor();
    assert.equal((await saved('plant/line', dialog)).topic, 'plant/line');
  });

  it('keeps where topic, QoS and retain come from, and shows it again', async () => {
    const dialog = await openWith(EXAMPLE);
    const row = (setting: string): Locator => dialog.locator(`#mqtt-flows-${setting}-row`);
    await editor.chooseType(row('topic'), 'flow.');
    await text(row('topic')).fill('where.to');
    await editor.chooseValue(row('qos'), '2, exactly once');
    await editor.chooseType(row('retain'), 'expression');
    await text(row('retain')).fill('payload.keep = true');
    await dialog.locator('#mqtt-flows-publish-more > summary').click();
    await dialog.locator('#node-input-completeOn').selectOption('queued');
    await dialog.locator('#node-input-whileOffline').selectOption('fail');
    const node = await saved('publish', dialog);
    assert.deepEqual(
      [node.topicType, node.topic, node.qosType, node.qos, node.retainType, node.retain],
      ['flow', 'where.to', 'num', '2', 'jsonata', 'payload.keep = true'],
    );
    assert.deepEqual([node.completeOn, node.whileOffline], ['queued', 'fail']);
    const again = await editor.openDialog('publish');
    assert.equal(await text(again.locator('#mqtt-flows-topic-row')).inputValue(), 'where.to');
    await again.locator('#mqtt-flows-qos-row').getByText('2, exactly once').waitFor();
    assert.equal(await text(again.locator('#mqtt-flows-retain-row')).inputValue(), 'payload.keep = true');
    await editor.saveDialog(again);
    assert.equal(await editor.changed(), false);
  });

  it('hides MQTT 5 properties where the broker speaks MQTT 3.1.1', async () => {
    const dialog = await openWith(withServer(4));
    assert.equal(await dialog.getByText('MQTT 5 properties', { exact: true }).isVisible(), false);
    await editor.cancelDialog(dialog);
  });

  it('shows them with the embedded broker, which speaks MQTT 5', async () => {
    const dialog = await openWith(EXAMPLE);
    assert.equal(await dialog.getByText('MQTT 5 properties', { exact: true }).isVisible(), true);
    await editor.screenshot('dialog-publish-embedded');
    await editor.cancelDialog(dialog);
  });

  it('still shows those that are set, and says that they are not sent', async () => {
    const expiring = EXAMPLE.replace('"properties": {},', `"properties": ${JSON.stringify(EXPIRY)},`);
    const dialog = await openWith(withServer(4, expiring));
    await dialog.getByText('This broker speaks MQTT 3.1.1').waitFor();
    assert.equal(await text(dialog.locator('#mqtt-flows-messageExpiryInterval-row')).inputValue(), '60');
    await editor.cancelDialog(dialog);
  });

  it('takes MQTT 5 properties, checks and keeps them, and shows them again', async () => {
    const dialog = await openWith(withServer());
    await dialog.getByText('MQTT 5 properties', { exact: true }).click();
    const row = (property: string): Locator => dialog.locator(`#mqtt-flows-${property}-row`);
    await dialog.getByText('Describe the payload').click();
    await text(row('contentType')).fill('text/{{payload.kind}}');
    await row('contentType').getByText('For example: text/‹kind›').waitFor();
    await editor.chooseValue(row('payloadFormatIndicator'), 'the payload is text');
    await text(row('messageExpiryInterval')).fill('soon');
    await row('messageExpiryInterval').getByText('a whole number from 0').waitFor();
    await text(row('messageExpiryInterval')).fill('60');
    await text(row('responseTopic')).fill('answers/#');
    await row('responseTopic').getByText('it contains a wildcard, + or #').waitFor();
    await text(row('responseTopic')).fill('answers/{{_msgid}}');
    await editor.chooseType(row('correlationData'), 'do not send');
    await dialog.locator('#mqtt-flows-properties').getByText('add', { exact: true }).click();
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).last().fill('unit');
    await dialog.getByRole('textbox', { name: 'Value', exact: true }).fill('°C');
    await editor.screenshot('dialog-publish-properties');
    const node = await saved('publish', dialog);
    const properties: PublishConfig['properties'] = {
      contentType: { value: 'text/{{payload.kind}}', type: 'str' },
      payloadFormatIndicator: { value: 'true', type: 'bool' },
      messageExpiryInterval: { value: '60', type: 'num' },
      responseTopic: { value: 'answers/{{_msgid}}', type: 'str' },
      correlationData: { value: '', type: 'none' },
      userProperties: [{ name: 'unit', value: '°C', type: 'str' }],
    };
    assert.deepEqual(node.properties, properties);
    assert.equal(node.describePayload, true);
    const again = await editor.openDialog('publish');
    await again.locator('#mqtt-flows-correlationData-row').getByText('do not send').waitFor();
    assert.equal(await again.getByRole('textbox', { name: 'Value', exact: true }).inputValue(), '°C');
    await editor.saveDialog(again);
    assert.equal(await editor.changed(), false);
  });

  it('sends by itself once topic and payload need no message, and says so at the fields until then', async () => {
    const dialog = await openWith(withServer());
    const field = (name: string): Locator => dialog.locator(`#mqtt-flows-${name}-row`);
    await dialog.locator('#mqtt-flows-publish-more > summary').click();
    await dialog.getByLabel('Send when the connection stands').check();
    await field('topic').getByText('enter a topic without values of a message').waitFor();
    await field('payload').getByText('choose a template or another payload').waitFor();
    await editor.chooseType(field('topic'), 'topic');
    await text(field('topic')).fill('lamp/get');
    await field('topic').getByText('enter a topic without').waitFor({ state: 'hidden' });
    await editor.chooseType(field('payload'), 'JSON template');
    await field('payload').locator('textarea').fill('{ "value": {{payload}} }');
    await field('payload').getByText('choose a template or another payload').waitFor();
    await field('payload').locator('textarea').fill('{ "at": {{$now}} }');
    await field('payload').getByText('choose a template or another payload').waitFor({ state: 'hidden' });
    await dialog.getByLabel('Send every').fill('0');
    await dialog.getByText('from 1 seconds to 20 days').waitFor();
    await dialog.getByLabel('Send every').fill('5');
    await dialog.locator('#mqtt-flows-interval-unit').selectOption('minutes');
    await dialog.getByText('More (Send when the connection stands; Send every: 5 minutes)').waitFor();
    // Node-RED judges the topic itself, by the saved node. The type of the topic has changed since.
    await field('topic').locator('.red-ui-typedInput-container.input-error').waitFor({ state: 'detached' });
    await editor.screenshot('dialog-publish-own');
    const node = await saved('lamp/get', dialog);
    assert.deepEqual([node.atConnection, node.interval, node.payload], [true, 300, '{ "at": {{$now}} }']);
    const again = await editor.openDialog('lamp/get');
    const width = (await again.boundingBox())?.width ?? assert.fail('no dialog');
    assert.ok(width < 700, `the hint below the topic makes the dialog ${width} px wide`);
    assert.equal(await again.locator('#mqtt-flows-interval').inputValue(), '5');
    await editor.saveDialog(again);
    assert.equal(await editor.changed(), false);
  });
});
