// What the broker dialog shows of a deployed node without a connection: its outbox, and the button that connects.

import assert from 'node:assert/strict';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { HeldRequests } from '../../helpers/editor/held-requests';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { publishNodes, serverNode } from '../../helpers/flows/flow-nodes';
import { Mosquitto, needsMosquitto } from '../../helpers/servers/mosquitto';

const SEND = 'for (let n = 0; n < 3; n++) node.send({ topic: "plant/line", payload: n });';

/** ms: the next attempt is no attempt of this test. */
const HOUR = 3_600_000;

describe('the broker dialog of a node without a connection', function () {
  this.timeout(300_000);
  let session: NodeRedEditor;
  let editor: EditorPage;
  let server: Mosquitto;

  before(async function () {
    const chromium = needsChromium(this);
    needsMosquitto(this);
    server = await Mosquitto.start();
    await server.kill();
    const place = { z: 'tab1', x: 200, y: 100 };
    const [publish] = publishNodes('pub', 'away', { name: 'publish' });
    const [unused] = publishNodes('unused', 'idle', { name: 'elsewhere' });
    const flow = [
      { id: 'tab1', type: 'tab', label: 'Plant' },
      serverNode('away', server.port, { reconnect: { minDelay: HOUR, maxDelay: HOUR } }),
      { ...place, id: 'start', type: 'inject', props: [], once: true, onceDelay: 0.1, wires: [['send']] },
      { ...place, id: 'send', type: 'function', func: SEND, outputs: 1, x: 400, wires: [['pub']] },
      { ...publish, ...place, x: 600, wires: [[]] },
      serverNode('idle', server.port, { autoConnect: false }),
      { ...unused, ...place, x: 600, y: 200, wires: [[]] },
    ];
    session = await NodeRedEditor.start(chromium, flow);
    editor = await session.open();
  });

  after(async () => {
    await session?.stop();
    await server?.stop();
  });

  it('shows nothing of another node whose dialog was closed before the answer came', async () => {
    const late = await HeldRequests.of(editor.page, /\/mqtt-flows\/brokers\/away$/);
    const publish = await editor.openDialog('publish');
    await late.while(async () => editor.cancelDialog(await editor.openBrokerDialog()));
    await editor.cancelDialog(publish);
    const elsewhere = await editor.openDialog('elsewhere');
    const broker = await editor.openBrokerDialog();
    await broker.getByText('Not connected: ').waitFor();
    // It would put right what an answer for the other node does.
    const next = await HeldRequests.of(editor.page, /\/mqtt-flows\/brokers\/idle$/);
    await next.while(async () => {});
    await late.answer();
    assert.match(await broker.locator('#mqtt-flows-state').innerText(), /^\s*Not connected: /);
    assert.equal(
      await broker.locator('#mqtt-flows-outbox-state > span').textContent(),
      'Nothing waits in the deployed outbox',
    );
    next.release();
    await editor.cancelDialog(broker);
    await editor.cancelDialog(elsewhere);
    editor.assertNoErrors();
  });

  it('offers nothing to clear to who may only read', async () => {
    await editor.page.evaluate(`window.mayDo = RED.user.hasPermission; RED.user.hasPermission = () => false;`);
    const broker = await editor.openBroker();
    await broker.getByRole('tab', { name: 'Outbox' }).click();
    await broker.getByText('3 messages (1 kB) wait in the deployed outbox').waitFor();
    assert.equal(await broker.getByRole('button', { name: 'Clear', exact: true }).isVisible(), false);
    await editor.cancelDialog(broker);
    await editor.page.evaluate('RED.user.hasPermission = mayDo; delete window.mayDo;');
  });

  it('says what waits, asks before it clears, and clears', async () => {
    const broker = await editor.openBroker();
    await broker.getByRole('tab', { name: 'Outbox' }).click();
    await broker.getByText('3 messages (1 kB) wait in the deployed outbox').waitFor();
    await editor.screenshot('outbox');
    await broker.getByRole('button', { name: 'Clear', exact: true }).click();
    await broker.getByText('3 messages (1 kB) wait in the deployed outbox').waitFor();
    await broker.getByRole('button', { name: 'Really clear?' }).click();
    await broker.getByText('Nothing waits in the deployed outbox').waitFor();
    assert.equal(await broker.getByRole('button', { name: 'Clear', exact: true }).isVisible(), false);
    await session.nodeRed.waitForOutput('Outbox cleared in the editor; messages taken out: 3');
    await editor.cancelDialog(broker);
    editor.assertNoErrors();
  });

  it('connects at once when the user asks for it, and shows until then when the next attempt is', async () => {
    await editor.page.getByText(/^port closed ↻ \d\d:\d\d:\d\d$/).waitFor();
    const publish = await editor.openDialog('publish');
    const broker = await editor.openBrokerDialog();
    const connect = broker.getByRole('button', { name: 'Connect now' });
    await connect.waitFor();
    await broker.getByText(/\(attempt \d+ at /).waitFor();
    await editor.screenshot('connect-now');
    await server.restart();
    await connect.click();
    await broker.getByText(`Connected to 127.0.0.1:${server.port} with MQTT 5`).waitFor();
    await connect.waitFor({ state: 'hidden' });
    await editor.cancelDialog(broker);
    await editor.cancelDialog(publish);
    await server.kill();
    await editor.page.getByText(/^port closed ↻|^disconnected$/).waitFor();
    await server.restart();
    await editor.seeing('.red-ui-notification', 'Connecting; broker nodes: 1', () =>
      editor.action('mqtt-flows:connect-now'),
    );
    await editor.node('publish').getByText('connected', { exact: true }).waitFor();
    editor.assertNoErrors();
  });
});
