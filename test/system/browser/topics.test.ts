// The topics sidebar in the real editor, against mosquitto: from the start of a recording to a chart and new nodes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Download } from 'playwright-core';
import { subscriptionDefaults } from '#src/settings/subscribe.config';
import { accessibilityFaults } from '../../helpers/editor/accessibility';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { TopicsSession } from '../../helpers/editor/topics-session';
import { TopicsTab } from '../../helpers/editor/topics-tab';
import { alarmsFlow } from '../../helpers/flows/alarms-flow';
import { ScriptedServer } from '../../helpers/servers/scripted-server';

type SavedNode = Readonly<Record<string, unknown>> & { readonly type: string };

const HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';

/** Topic and payload of each line of an export. */
async function linesOf(file: Download): Promise<unknown[][]> {
  const lines = readFileSync(await file.path(), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => {
    const { topic, payload, payloadBase64 } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    return [topic, payload ?? payloadBase64];
  });
}

describe('the topics sidebar in the editor', function () {
  this.timeout(300_000);
  let session: TopicsSession;
  let editor: EditorPage;
  let topics: TopicsTab;
  const publish = (topic: string, payload: string | Buffer, retain = false): Promise<void> =>
    session.publish(topic, payload, retain);

  before(async function () {
    session = await TopicsSession.start(this);
  });

  beforeEach(async () => {
    ({ editor, topics } = await session.open());
  });

  afterEach(async () => {
    editor.assertNoErrors();
    assert.equal(await editor.page.evaluate('window.hacked'), undefined);
    await editor.close();
  });

  after(() => session?.stop());

  it('has help in the help sidebar', async () => {
    await editor.page.getByRole('button', { name: 'Help for the topics' }).click();
    const help = editor.page.locator('.red-ui-help');
    await help.getByText('Choose a broker and a topic filter, and press Start.').waitFor();
    await help.getByText('Recordings', { exact: true }).waitFor();
    await editor.screenshot('topics-help');
  });

  it('shows topics as they come, and the selected one as text, JSON, history and chart', async () => {
    await topics.start();
    for (const value of [20, 21, 23, 22])
      await publish('plant/line1/press', JSON.stringify({ temp: value, unit: '°C' }));
    await publish('plant/line2/press', 'off', true);
    await topics.openAll();
    await topics.row('press', '{"temp":22').click();
    await topics.tab('Value').click();
    await topics.pane.getByText('temp:').waitFor();
    await editor.screenshot('topics-value');
    await topics.tab('History').click();
    await topics.pane.getByText('-   "temp": 23').waitFor();
    await topics.pane.getByText('+   "temp": 22').waitFor();
    await editor.screenshot('topics-history');
    await topics.tab('Chart').click();
    await topics.pane.getByRole('img', { name: '4 values from 20 to 23, the last one 22' }).waitFor();
    await publish('plant/line1/press', '{"temp":30}');
    await topics.pane.getByRole('img', { name: '5 values from 20 to 30, the last one 30' }).waitFor();
    await editor.screenshot('topics-chart');
    await topics.tab('Value').click();
    await topics.search('line2');
    await topics.row('line1').waitFor({ state: 'detached' });
    await topics.row('press', 'off').getByText('ret', { exact: true }).waitFor();
    assert.equal(await topics.rows.count(), 3);
    await topics.stop();
  });

  it('draws numbers of several topics, out of text too, that can be read, zoomed, held and narrowed to a time', async () => {
    await topics.start('drawn/#');
    for (const value of [20, 22, 21]) {
      await publish('drawn/oven', JSON.stringify({ temp: value, on: true }));
      await publish('drawn/hall', `temperature: ${value - 10} °C`);
    }
    await topics.openAll();
    await topics.row('oven', '"temp":21').click();
    await topics.tab('Chart').click();
    const drawing = topics.pane.getByRole('img');
    await topics.pane.getByRole('img', { name: '3 values from 20 to 22, the last one 21' }).waitFor();
    await topics.pane.getByRole('button', { name: 'Keep this series' }).click();
    await topics.row('hall', '11 °C').click();
    await topics.pane
      .getByRole('img', { name: /oven · temp: 3 values from 20 to 22.*hall · temperature: 3 values from 10 to 12/ })
      .waitFor();
    const over = topics.pane.locator('.u-over');
    const box = (await over.boundingBox()) ?? assert.fail('no chart');
    // hover() scrolls it into sight: the sidebar of Node-RED 5 has less room.
    await over.hover({ position: { x: box.width - 1, y: 20 } });
    const legend = topics.pane.locator('.u-legend');
    await legend.getByText('21', { exact: true }).waitFor();
    await legend.getByText('11', { exact: true }).waitFor();
    await legend.getByText(/\d:\d\d:\d\d\.\d\d\d/).waitFor();
    await editor.screenshot('topics-chart-several');
    await topics.pane.getByRole('button', { name: 'Pause' }).click();
    await publish('drawn/hall', 'temperature: 90 °C');
    await topics.row('hall', '90 °C').waitFor();
    await topics.pane.getByRole('button', { name: 'Draw each series' }).click();
    await drawing.and(topics.pane.locator('[aria-label*="from 10 to 12"]')).waitFor();
    await topics.pane.getByRole('button', { name: 'Pause' }).click();
    await drawing.and(topics.pane.locator('[aria-label*="from 10 to 90"]')).waitFor();
    await over.dragTo(over, { sourcePosition: { x: 20, y: 40 }, targetPosition: { x: 90, y: 40 } });
    await editor.screenshot('topics-chart-zoomed');
    await topics.pane.getByRole('button', { name: 'Show all again' }).click();
    await topics.pane.getByLabel('Time in sight').selectOption('1 min');
    await topics.pane.getByRole('button', { name: 'Remove the series' }).click();
    await topics.pane.getByRole('img', { name: /^4 values from 10 to 90/ }).waitFor();
  });

  it('finds topics by words, value, user property and state, marks what it found, and says when there is nothing', async () => {
    await session.device.publishAsync('found/line1/machine02', '{"state":"jammed"}', {
      qos: 1,
      retain: true,
      properties: { userProperties: { source: 'PLC 7' } },
    });
    await publish('alarms/line1/machine03', 'jammed', true);
    await topics.start();
    await topics.search('line1 MACHINE02');
    await topics.row('machine02').locator('mark').getByText('machine02').waitFor();
    await topics.panel.getByText('Found: 1.').waitFor();
    assert.deepEqual(await topics.rows.locator('mark').allInnerTexts(), ['line1', 'machine02']);
    await editor.screenshot('topics-found');
    const places = topics.panel.getByLabel('Search in');
    await topics.search('Jam');
    await topics.panel.getByText('Nothing found.').waitFor();
    await places.selectOption('in values');
    await topics.panel.getByText('Found: 2.').waitFor();
    assert.deepEqual(await topics.rows.locator('mark').allInnerTexts(), ['jam', 'jam']);
    await topics.panel.getByRole('button', { name: 'Only topics that no node' }).click();
    await topics.panel.getByText('Found: 1.').waitFor();
    await topics.row('machine02').waitFor();
    await topics.search('source=plc');
    await places.selectOption('in user properties');
    await topics.row('machine02').waitFor();
    await topics.panel.getByRole('button', { name: 'Only topics that changed' }).click();
    await topics.panel.getByText('Nothing found.').waitFor();
    await publish('found/line1/machine02', 'free');
    await topics.search('');
    await topics.row('machine02', 'free').waitFor();
  });

  it('shows the properties of MQTT 5, and bytes that are no text in hexadecimal', async () => {
    await topics.start();
    await session.device.publishAsync('binary', Buffer.from([0xff, 0x00, 0x41]), {
      properties: { contentType: 'image/png', userProperties: { source: 'camera 1' } },
    });
    await topics.row('binary').click();
    await topics.pane.getByText('ff 00 41').waitFor();
    await topics.tab('Properties').click();
    await topics.pane.getByText('image/png').waitFor();
    await topics.pane.getByText('camera 1').waitFor();
  });

  it('publishes to a topic, and takes a retained message away once that is confirmed', async () => {
    await publish('kept/here', 'old', true);
    await topics.start();
    await topics.openAll();
    await topics.row('here').click();
    await topics.tab('Publish').click();
    await topics.pane.getByLabel('Payload', { exact: true }).fill('new');
    await topics.pane.getByLabel('retain').check();
    await topics.pane.getByRole('button', { name: 'Publish' }).click();
    await topics.pane.getByText('Published.').waitFor();
    await topics.row('here', 'new').waitFor();
    await topics.panel.getByRole('button', { name: 'Delete the retained message' }).click();
    await editor.page.getByRole('button', { name: 'Delete', exact: true }).click();
    await topics.tab('Value').click();
    await topics.pane.getByText('The payload is empty.').waitFor();
  });

  it('deletes the retained messages of a branch, once their list is confirmed', async () => {
    for (let i = 0; i < 120; i++) void publish(`stored/${i % 3}/${i}`, 'old', true);
    await publish('stored/live', 'x');
    await topics.start('stored/#');
    await topics.panel.getByText('120 topics').waitFor();
    await topics.row('stored').click();
    const clear = topics.panel.getByRole('button', { name: 'Delete all retained messages of this branch' });
    await clear.click();
    await editor.page.getByText('for these 120 topics').waitFor();
    await editor.page.getByText('stored/2/119', { exact: true }).waitFor();
    await editor.screenshot('topics-clear-branch');
    await editor.page.getByRole('button', { name: 'Delete', exact: true }).click();
    await editor.page.getByText('120 of 120 retained messages are deleted.').waitFor();
    await topics.openAll();
    await topics.panel.getByRole('button', { name: 'Only topics that have a retained' }).click();
    await topics.panel.getByText('Nothing found.').waitFor();
    await clear.click();
    await editor.page.getByText('No retained message was seen in this branch.').waitFor();
  });

  it('stops deleting when it is asked to', async () => {
    for (let i = 0; i < 120; i++) await publish(`half/${i}`, 'old', true);
    await topics.start('half/#');
    await topics.row('half').click();
    await topics.panel.getByText('120 topics').waitFor();
    let asked = 0;
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await editor.page.route('**/topics/clear', async (route) => {
      asked++;
      await released;
      await route.continue();
    });
    await topics.panel.getByRole('button', { name: 'Delete all retained messages of this branch' }).click();
    const sent = editor.page.waitForRequest('**/topics/clear');
    await editor.page.getByRole('button', { name: 'Delete', exact: true }).click();
    await sent;
    await editor.page.getByText('0 of 120 retained messages deleted').waitFor();
    await editor.screenshot('topics-clear-progress');
    await editor.page.locator('.red-ui-notification').getByRole('button', { name: 'Stop' }).click();
    release();
    await editor.page.getByText('Stopped: 50 of 120 retained messages are deleted.').waitFor();
    assert.equal(asked, 1);
  });

  it('adds nodes for a topic, by button and by dragging', async () => {
    await publish('doors/front', 'open', true);
    await topics.start('doors/#');
    await topics.openAll();
    await topics.row('front').click();
    await topics.panel.getByRole('button', { name: 'Add a publish node' }).click();
    const chart = editor.page.locator('#red-ui-workspace-chart');
    await chart.click({ position: { x: 400, y: 300 } });
    await editor.node('doors/front').waitFor();
    await topics.drag(topics.row('doors'), chart, { x: 300, y: 200 });
    await chart.click({ position: { x: 300, y: 200 } });
    await editor.node('doors/#').waitFor();
    await editor.screenshot('topics-nodes');
    await editor.deploy();
    const [publisher] = session.editor.saved<SavedNode>('mqtt-flows-publish');
    assert.deepEqual([publisher?.topic, publisher?.topicType, publisher?.broker], ['doors/front', 'str', 'broker']);
    const subscriber = session.editor.saved<SavedNode>('mqtt-flows-subscribe').find(({ id }) => id !== 'in');
    assert.deepEqual(subscriber?.subscriptions, [{ ...subscriptionDefaults, filter: 'doors/#' }]);
    assert.equal(subscriber?.broker, 'broker');
  });

  it('makes no node of a topic that would read a variable, nor of one that reads like a flow', async () => {
    await publish('evil/${HOME}', 'x', true);
    const flowLike = JSON.stringify([{ id: 'evil', type: 'function', z: '', func: '{{x}}', x: 1, y: 1, wires: [] }]);
    await publish(`evil/${flowLike}`, 'x', true);
    await topics.start('evil/#');
    await topics.openAll();
    await topics.row('${HOME}').click();
    await topics.panel.getByRole('button', { name: 'Add a subscribe node' }).click();
    await editor.page.getByText('Add the node by hand').waitFor();
    const chart = editor.page.locator('#red-ui-workspace-chart');
    await topics.drag(topics.row('"func"'), chart, { x: 300, y: 200 });
    await publish('evil/later', 'x');
    await topics.row('later').waitFor();
    assert.equal(await editor.page.evaluate(`RED.nodes.filterNodes({ type: 'function' }).length`), 0);
  });

  it('shows markup from a server as the text that it is', async () => {
    const properties = { contentType: HOSTILE, responseTopic: HOSTILE, userProperties: { [HOSTILE]: HOSTILE } };
    await session.device.publishAsync(`evil/${HOSTILE}`, HOSTILE, { retain: true, properties });
    await session.device.publishAsync('evil/json', JSON.stringify({ [HOSTILE]: HOSTILE, number: 1 }), { retain: true });
    await session.device.publishAsync('evil/json', JSON.stringify({ [HOSTILE]: [HOSTILE], number: 2 }), {
      retain: true,
    });
    await topics.start('evil/#');
    await topics.openAll();
    for (const name of ['script', 'json']) {
      await topics.row(name).last().click();
      for (const tab of ['Value', 'History', 'Chart', 'Properties', 'Publish']) await topics.tab(tab).click();
    }
    await topics.row('script').last().click();
    await topics.panel.getByRole('button', { name: 'Delete the retained message' }).click();
    await editor.page.getByRole('button', { name: 'Cancel', exact: true }).last().click();
    assert.equal(await topics.panel.locator('img[src="x"], script').count(), 0);
    await editor.screenshot('topics-hostile');
  });

  it('says how the broker is and who subscribes, and shows the node', async () => {
    await topics.health.locator('summary').first().getByText('connected').waitFor();
    await topics.health.locator('summary').first().click();
    await topics.health.getByText('alarms/#').waitFor();
    await editor.screenshot('topics-health');
    await editor.seeing('.red-ui-flow-node-highlighted', '', () =>
      topics.health.getByRole('button', { name: 'alarms' }).click(),
    );
  });

  it('is used by keyboard alone', async () => {
    await publish('keys/a/b', '1', true);
    await publish('keys/c', '2', true);
    await topics.start('keys/#');
    await topics.row('keys').waitFor();
    await topics.tree.focus();
    const { keyboard } = editor.page;
    for (const key of ['ArrowDown', 'ArrowRight']) await keyboard.press(key);
    await topics.row('c', '2').waitFor();
    await keyboard.press('End');
    await topics.panel.locator('.mqtt-flows-detail-topic').getByText('keys/c', { exact: true }).waitFor();
    await topics.tree.locator('[role=treeitem]:last-child[aria-selected=true]').waitFor();
    await keyboard.press('ArrowLeft');
    await keyboard.press('ArrowLeft');
    await topics.row('c', '2').waitFor({ state: 'detached' });
  });

  it('offers the topics that have been seen to the core MQTT nodes', async () => {
    await publish('alarms/Boiler', '1');
    await topics.start();
    await publish('alarms/Boiler', '2');
    await session.offered('alarms/Boiler');
    await editor.page.evaluate(
      `RED.view.importNodes([{ id: 'core', type: 'mqtt in', topic: '', x: 300, y: 300, wires: [[]] }], { generateIds: false })`,
    );
    await editor.page.locator('#red-ui-workspace-chart').click({ position: { x: 300, y: 300 } });
    const dialog = await editor.openDialog('mqtt');
    const field = dialog.locator('#node-input-topic');
    await field.pressSequentially('boil');
    await editor.page.locator('.red-ui-autoComplete-completion').getByText('alarms/').first().waitFor();
    await editor.screenshot('topics-completion');
    await field.press('Escape');
    await editor.cancelDialog(dialog);
  });

  it('offers them to our own nodes, those of the broker that is chosen', async () => {
    await topics.health.locator('summary').first().getByText('connected').waitFor();
    await publish('alarms/Boiler', '1', true);
    await session.offered('alarms/Boiler');
    const dialog = await editor.openDialog('alarms');
    const filter = dialog.getByRole('textbox', { name: 'Topic filter' });
    await filter.fill('');
    await filter.pressSequentially('Boi');
    const offer = editor.page.locator('.red-ui-autoComplete-container').getByText('alarms/Boiler');
    await offer.waitFor();
    await editor.screenshot('topics-completion-own');
    await offer.click();
    assert.equal(await filter.inputValue(), 'alarms/Boiler');
    await editor.cancelDialog(dialog);
  });

  it('offers them to the line in which a router tries a topic', async () => {
    await topics.health.locator('summary').first().getByText('connected').waitFor();
    await publish('alarms/Boiler', '1', true);
    await session.offered('alarms/Boiler');
    await editor.page.evaluate(
      `RED.view.importNodes([{ id: 'route', type: 'mqtt-flows-router', x: 300, y: 300, outputs: 1, otherwise: false,
        rules: [{ filter: 'alarms/+where', topic: 'to/{{params.where}}' }], wires: [[]] }], { generateIds: false })`,
    );
    await editor.page.locator('#red-ui-workspace-chart').click({ position: { x: 300, y: 300 } });
    const dialog = await editor.openDialog('topic router');
    await dialog.getByRole('textbox', { name: 'Try a topic' }).pressSequentially('boil');
    await editor.page.locator('.red-ui-autoComplete-container').getByText('alarms/Boiler').click();
    await dialog
      .locator('.mqtt-flows-trial')
      .getByText('1. alarms/+where · where = "Boiler" · new topic: to/Boiler')
      .waitFor();
    await editor.cancelDialog(dialog);
  });

  it('hands out what was recorded, as lines of JSON', async () => {
    await topics.start('recorded/#');
    await publish('recorded/a', '{"on":true}');
    await publish('recorded/b', Buffer.from([0xff, 0x00]));
    await topics.row('recorded').waitFor();
    await topics.openAll();
    await topics.row('b').waitFor();
    const download = editor.page.waitForEvent('download');
    await topics.panel.getByRole('button', { name: 'Save what has been recorded' }).click();
    const file = await download;
    assert.equal(file.suggestedFilename(), 'topics.jsonl');
    const a = ['recorded/a', '{"on":true}'];
    const b = ['recorded/b', '/wA='];
    assert.deepEqual(await linesOf(file), [a, b]);
    await topics.row('b').click();
    const branch = editor.page.waitForEvent('download');
    await topics.panel.getByRole('button', { name: 'Save what was recorded of this topic' }).click();
    assert.deepEqual(await linesOf(await branch), [b]);
  });

  it('shows what a server says of a refusal as the text that it is', async () => {
    const refusing = await ScriptedServer.start({
      connect(client, packet) {
        // The server accepts the flows, but refuses the viewer.
        const reasonCode = packet.clientId.includes('-view-') ? 0x87 : 0;
        client.send({ cmd: 'connack', sessionPresent: false, reasonCode, properties: { reasonString: HOSTILE } });
      },
    });
    await session.editor.deploy(alarmsFlow({ servers: [{ url: `mqtt://127.0.0.1:${refusing.port}` }] }));
    await editor.reload();
    topics = await TopicsTab.open(editor);
    await topics.panel.getByRole('button', { name: 'Start' }).click();
    await topics.panel.getByRole('alert').getByText(HOSTILE.slice(0, 20)).waitFor();
    await topics.panel.getByRole('alert').getByText('try without a separate connection').waitFor();
    await editor.screenshot('topics-refused');
    await session.editor.deploy(alarmsFlow({ servers: [{ url: session.mosquitto.url }] }));
    await refusing.stop();
  });

  for (const theme of ['light', 'dark']) {
    it(`fits into a narrow sidebar, can be used by everyone, and is readable in a ${theme} theme`, async () => {
      await publish('plant/line1/press', '{"temp":21.5}', true);
      await editor.page.evaluate(
        (dark) => document.documentElement.classList.toggle('nr-theme-dark', dark),
        theme === 'dark',
      );
      await topics.start('plant/#');
      await topics.openAll();
      await topics.row('press', '{"temp"').first().click();
      await topics.health.locator('summary').first().click();
      const faults: string[] = [];
      for (const tab of ['Value', 'History', 'Chart', 'Properties', 'Publish']) {
        await topics.tab(tab).click();
        faults.push(...(await accessibilityFaults(topics.panel)));
      }
      await topics.tab('Value').click();
      await topics.narrow(180);
      await editor.screenshot(`topics-narrow-${theme}`);
      const [inside, outside] = await topics.panel.evaluate((element) => [element.scrollWidth, element.clientWidth]);
      assert.ok((inside ?? 0) <= (outside ?? 0), `${inside} px in ${outside}`);
      assert.deepEqual([...new Set(faults)], []);
    });
  }
});
