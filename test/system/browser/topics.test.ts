// The topics sidebar in the real editor, against mosquitto: the tree and its search, the selected topic as text and chart, the
// state of the broker, and how all of it is laid out.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Download } from 'playwright-core';
import { brokerDefaults } from '#src/settings/broker.config';
import { accessibilityFaults } from '../../helpers/editor/accessibility';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { HeldRequests } from '../../helpers/editor/held-requests';
import { TopicsSession } from '../../helpers/editor/topics-session';
import { TopicsTab } from '../../helpers/editor/topics-tab';
import { alarmsFlow } from '../../helpers/flows/alarms-flow';
import { ScriptedServer } from '../../helpers/servers/scripted-server';

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
    // Which of them is nearest depends on the time between two messages: a pixel may be more.
    await legend.getByText(/^2[012]$/).waitFor();
    await legend.getByText(/^1[012]$/).waitFor();
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

  it('says how the broker is and who subscribes, and shows the node', async () => {
    await topics.health.locator('summary').first().getByText('connected').waitFor();
    await topics.health.locator('summary').first().click();
    await topics.health.getByText('alarms/#').waitFor();
    await editor.screenshot('topics-health');
    await editor.seeing('.red-ui-flow-node-highlighted', '', () =>
      topics.health.getByRole('button', { name: 'alarms' }).click(),
    );
  });

  it('says that the state and the rates are those of the flows', async () => {
    const line = topics.health.locator('summary').first();
    await line.getByText(/^Flows: connected · in [\d.]+\/s, out [\d.]+\/s$/).waitFor();
  });

  it('says that Node-RED does not answer only as long as that is so', async () => {
    const listOfBrokers = /\/mqtt-flows\/brokers\?/;
    await editor.page.route(listOfBrokers, (route) => route.abort());
    await editor.action('core:show-info-tab');
    await editor.action('mqtt-flows:show-topics-tab');
    const said = topics.panel.getByText('Node-RED does not answer.');
    await said.waitFor();
    await editor.page.unroute(listOfBrokers);
    await said.waitFor({ state: 'hidden' });
    // The browser writes each failure to its console.
    editor.forgetErrors();
  });

  it('opens a branch by the click that selects it, closes it by the next, and keeps what is clicked in sight', async () => {
    for (let i = 10; i < 50; i++) void publish(`clicked/${i}/a`, 'x', true);
    await publish('clicked/99/a', 'x', true);
    await topics.start('clicked/#');
    await topics.panel.getByText('Topics: 41').waitFor();
    await topics.row('clicked').click();
    await topics.row('10').waitFor();
    await topics.row('clicked').click();
    await topics.row('10').waitFor({ state: 'detached' });
    await topics.openAll();
    await topics.row('10').click();
    await publish('clicked/10/later', 'x');
    await topics.row('later').waitFor();
    await topics.stop();
    // A new recording has no details, so that the tree is as high as the sidebar.
    await topics.start('clicked/#');
    await topics.panel.getByText('Topics: 41').waitFor();
    await topics.openAll();
    const last = topics.rows.and(topics.panel.locator('[aria-posinset="20"]'));
    await last.click();
    await topics.pane.waitFor();
    const [row, tree] = [await last.boundingBox(), await topics.tree.boundingBox()];
    assert.ok(row && tree && row.y >= tree.y && row.y + row.height <= tree.y + tree.height);
    await editor.screenshot('topics-clicked');
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

  it('records nothing where Stop is pressed before the answer to Start has come', async () => {
    const starts = await HeldRequests.of(editor.page, '**/topics/start');
    await starts.while(() => topics.panel.getByRole('button', { name: 'Start' }).click());
    await topics.stop();
    const ended = editor.page.waitForResponse('**/topics/stop');
    starts.release();
    await ended;
    assert.deepEqual(await session.editor.nodeRed.admin('mqtt-flows/topics/recordings'), []);
  });

  it('lists the brokers after each deploy, and can stop a recording whose broker is away', async () => {
    const broker = topics.panel.getByLabel('Broker', { exact: true });
    const servers = [{ url: session.mosquitto.url }];
    const flow = alarmsFlow({ servers });
    const second = { ...brokerDefaults, servers, id: 'second', type: 'mqtt-flows-broker', name: 'Second server' };
    await session.editor.deploy([...flow, second]);
    await broker.locator('option', { hasText: 'Second server' }).waitFor({ state: 'attached' });
    await broker.selectOption('second');
    await topics.start('deployed/#');
    await session.editor.deploy(flow);
    await broker.locator('option', { hasText: 'Second server' }).waitFor({ state: 'attached' });
    await topics.panel.getByRole('alert').getByText('no longer deployed').waitFor();
    assert.equal(await broker.inputValue(), 'second');
    await session.editor.deploy([]);
    await broker.locator('option', { hasText: 'Plant server' }).waitFor({ state: 'detached' });
    assert.equal(await broker.inputValue(), 'second');
    await topics.panel.getByRole('button', { name: 'Stop' }).click();
    await broker.getByText('No MQTT broker is deployed').waitFor({ state: 'attached' });
    assert.ok(await topics.panel.getByRole('button', { name: 'Start' }).isDisabled());
    await session.editor.deploy([...flow, second]);
    await topics.panel.locator('.mqtt-flows-start:enabled').waitFor();
    assert.equal(await broker.inputValue(), 'second');
    await session.editor.deploy(flow);
    await broker.locator('option', { hasText: 'Second server' }).waitFor({ state: 'detached' });
    assert.equal(await broker.inputValue(), 'broker');
  });

  it('publishes a draft to the broker in sight, where it was chosen at another one', async () => {
    const servers = [{ url: session.mosquitto.url }];
    const second = { ...brokerDefaults, servers, id: 'second', type: 'mqtt-flows-broker', name: 'Second server' };
    await session.editor.deploy([...alarmsFlow({ servers }), second]);
    const broker = topics.panel.getByLabel('Broker', { exact: true });
    await broker.locator('option', { hasText: 'Second server' }).waitFor({ state: 'attached' });
    const show = async (): Promise<void> => {
      await topics.start('drafts/#');
      await publish('drafts/lamp', 'on');
      await topics.openAll();
      await topics.row('lamp').click();
      await topics.tab('Publish').click();
    };
    await show();
    await topics.pane.getByRole('button', { name: 'Save the draft' }).click();
    await topics.pane.getByText('Saved in this browser.').waitFor();
    await topics.stop();
    await broker.selectOption('second');
    await show();
    // No node uses this broker, so it is not connected, and Node-RED would refuse.
    const route = /\/topics\/publish$/;
    await editor.page.route(route, (request) => request.fulfill({ json: {} }));
    const sent = editor.page.waitForRequest(route);
    await topics.pane.getByRole('button', { name: 'Publish', exact: true }).click();
    assert.equal(JSON.parse((await sent).postData() ?? '').broker, 'second');
    await topics.pane.getByText('Published.', { exact: true }).waitFor();
    await editor.page.unroute(route);
    await topics.pane.getByRole('button', { name: 'Delete the draft' }).click();
    await topics.stop();
    await session.editor.deploy(alarmsFlow({ servers }));
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
