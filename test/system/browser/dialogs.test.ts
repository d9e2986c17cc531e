// The dialogs of the nodes in the real editor: they open, explain what is wrong, and keep what is entered.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replayDefaults } from '#src/settings/replay.config';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { repository } from '../../helpers/package/environment';

interface SavedNode {
  readonly type: string;
  readonly name?: string;
  readonly wires?: readonly (readonly string[])[];
  readonly outputs?: number;
  cleanStart?: boolean;
  readonly sessionExpiryInterval?: number | '';
  readonly receiveMaximum?: number | '';
  readonly birth?: { readonly topic: string };
  readonly inputs?: number;
  readonly servers?: readonly { readonly url: string }[];
  readonly proxy?: object;
  readonly webSocket?: object;
  readonly retained?: string;
  readonly undecodable?: string;
  readonly subscriptions?: readonly { readonly filter: string; readonly qos: number }[];
}

const EXAMPLE = readFileSync(join(repository, 'examples/2 Route by topic.json'), 'utf8');

describe('the dialogs in the editor', function () {
  this.timeout(300_000);
  let session: NodeRedEditor;
  let editor: EditorPage;

  before(async function () {
    session = await NodeRedEditor.start(needsChromium(this));
  });

  beforeEach(async () => {
    // Each test starts with its own deploy.
    await session.deploy(EXAMPLE);
    editor = await session.open({ label: 'publish' });
  });

  afterEach(async () => {
    editor.assertNoErrors();
    await editor.close();
  });

  after(() => session?.stop());

  function saved(type: string): SavedNode[] {
    return session.saved<SavedNode>(type);
  }

  it('each opens, and closes without a change', async () => {
    for (const label of ['plant/#', 'publish', 'topic router']) {
      const dialog = await editor.openDialog(label);
      await editor.screenshot(`dialog-${label.replaceAll(/\W+/g, '-')}`);
      await editor.saveDialog(dialog);
    }
    assert.equal(await editor.changed(), false);
  });

  // Loading an editor costs more CPU than most tests. Nothing else fails when each test gets a page of its own.
  it('a page that a test has closed is used by the next one without loading it again', async () => {
    const { page } = editor;
    await page.evaluate('window.stillTheSame = true');
    await editor.action('mqtt-flows:show-topics-tab');
    await page.locator('.mqtt-flows-toolbar select').first().locator('option').first().waitFor({ state: 'attached' });
    await editor.close();
    editor = await session.open({ label: 'publish' });
    assert.equal(editor.page, page);
    assert.equal(await page.evaluate('window.stillTheSame'), true);
  });

  it('the broker dialog shows what belongs to a server or to the broker inside Node-RED', async () => {
    const subscribe = await editor.openDialog('plant/#');
    const broker = await editor.openBrokerDialog();
    assert.equal(await broker.locator('#mqtt-flows-servers').isVisible(), false);
    await broker.locator('#mqtt-flows-embedded-port').fill('1883');
    assert.equal(await broker.locator('#mqtt-flows-embedded-anonymous').isVisible(), false);
    await broker.locator('#mqtt-flows-embedded-address').fill('0.0.0.0');
    assert.equal(await broker.locator('#mqtt-flows-embedded-anonymous').isVisible(), true);
    await editor.screenshot('dialog-broker-embedded');
    await broker.locator('#node-config-input-connectTo').selectOption('server');
    const server = broker.getByRole('textbox', { name: 'Server', exact: true });
    await broker.getByRole('tab', { name: 'Connection' }).focus();
    await editor.page.keyboard.press('Tab');
    assert.equal(await server.evaluate((field) => field === document.activeElement), true, 'Tab leaves the tabs');
    await server.fill('mqtt://user:secret@localhost');
    await broker.getByText('Everybody who can read the flow').waitFor();
    await server.blur();
    await broker.getByText('User name and password have been moved').waitFor();
    assert.equal(await server.inputValue(), 'mqtt://localhost');
    assert.equal(await broker.locator('#node-config-input-username').inputValue(), 'user');
    assert.equal(await broker.locator('#node-config-input-password').inputValue(), 'secret');
    await editor.screenshot('dialog-broker-server');
    await server.fill('mqtt://other@localhost');
    await server.blur();
    await broker.getByText('The user name has been moved to its own field').waitFor();
    assert.equal(await broker.locator('#node-config-input-username').inputValue(), 'other');
    assert.equal(await broker.locator('#node-config-input-password').inputValue(), 'secret');
    const blanks = broker.getByText('It begins or ends with a blank, which is sent.');
    await broker.locator('#node-config-input-password').fill('secret ');
    await blanks.waitFor();
    await broker.locator('#node-config-input-password').fill('secret');
    await blanks.waitFor({ state: 'detached' });
    await editor.cancelDialog(broker);
    await editor.cancelDialog(subscribe);
  });

  it('the broker dialog keeps a session, a birth message and a limit that are entered', async () => {
    const broker = await editor.openBroker();
    await broker.locator('#node-config-input-connectTo').selectOption('server');
    await broker.getByRole('tab', { name: 'Session' }).click();
    await broker.getByLabel('Let the server keep subscriptions').check();
    await broker.getByLabel('Keep for').fill('3600');
    await broker.getByRole('tab', { name: 'Messages' }).click();
    await broker.getByText('Single messages').click();
    await broker.getByLabel('Birth topic').fill('clients/+');
    await broker.getByText('it contains a wildcard, + or #').waitFor();
    await broker.getByLabel('Birth topic').fill('clients/here');
    await broker.getByRole('tab', { name: 'Advanced' }).click();
    await broker.getByLabel('Receive max.').fill('20');
    await editor.screenshot('dialog-broker-session');
    await editor.saveDialog(broker);
    await editor.deploy();
    const [node] = saved('mqtt-flows-broker');
    assert.deepEqual(
      [node?.cleanStart, node?.sessionExpiryInterval, node?.birth?.topic, node?.receiveMaximum],
      [false, 3600, 'clients/here', 20],
    );
  });

  it('the subscribe dialog says what a filter will capture and why one is not valid', async () => {
    const dialog = await editor.openDialog('plant/#');
    const filter = dialog.getByRole('textbox', { name: 'Topic filter' }).first();
    await filter.fill('plant/+line/#rest');
    await dialog.getByText('msg.params.line msg.params.rest').waitFor();
    await filter.fill('plant/#/+line');
    await dialog.getByText('"#" must be the last level').waitFor();
    assert.equal(await filter.getAttribute('aria-invalid'), 'true');
    await editor.cancelDialog(dialog);
  });

  it('a filter with a variable is not judged, and an input is there once it is asked for', async () => {
    const dialog = await editor.openDialog('plant/#');
    const filter = dialog.getByRole('textbox', { name: 'Topic filter' }).first();
    await filter.fill('${SITE}/#/+line');
    await dialog.getByText('stands for an environment variable').waitFor();
    assert.equal(await filter.getAttribute('aria-invalid'), 'false');
    await filter.fill('plant/#');
    await dialog.locator('#mqtt-flows-subscribe-more > summary').click();
    await dialog.getByText('Take messages that connect, disconnect, subscribe or refresh filters').click();
    await editor.screenshot('dialog-subscribe-input');
    await editor.saveDialog(dialog);
    await editor.deploy();
    assert.equal(saved('mqtt-flows-subscribe')[0]?.inputs, 1);
    await editor.node('plant/#').locator('.red-ui-flow-port-input').waitFor();
  });

  it('a filter can be shared by a group, and its options are kept', async () => {
    const dialog = await editor.openDialog('plant/#');
    await dialog.getByRole('button', { name: 'More options' }).click();
    const group = dialog.getByRole('textbox', { name: 'Shared by the group' });
    await group.fill('wor+kers');
    await dialog.getByText('the group of a shared subscription').waitFor();
    await group.fill('workers');
    await dialog.getByLabel('retain flag as published').uncheck();
    await dialog.getByRole('combobox', { name: 'When the server sends' }).selectOption('1');
    await dialog.locator('#mqtt-flows-subscribe-more > summary').click();
    await dialog.getByLabel('Retained', { exact: true }).selectOption('ignore');
    await dialog.getByLabel('If unreadable').selectOption('pass');
    await dialog.getByText('If unreadable: send it on as a Buffer; Retained: ignore them').waitFor();
    await editor.screenshot('dialog-subscribe-options');
    await editor.saveDialog(dialog);
    await editor.deploy();
    const [node] = saved('mqtt-flows-subscribe');
    assert.deepEqual(
      [node?.retained, node?.undecodable, node?.subscriptions],
      [
        'ignore',
        'pass',
        [{ filter: '$share/workers/plant/#', qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 1 }],
      ],
    );
    await editor.node('$share/workers/plant/#').getByText('connected', { exact: true }).waitFor();
  });

  it('the subscribe dialog says what the session and a later acknowledgement leave undone at QoS 0', async () => {
    const dialog = await editor.openDialog('plant/#');
    const qos = dialog.getByLabel('QoS', { exact: true }).first();
    await dialog.locator('#mqtt-flows-subscribe-more > summary').click();
    const acknowledge = dialog.locator('#node-input-acknowledge');
    const aboutAcknowledgement = dialog.getByText('QoS 0 has no acknowledgement');
    const aboutSession = dialog.getByText('servers do not keep QoS 0 messages in it');
    await qos.selectOption('0');
    assert.equal(await aboutAcknowledgement.count(), 0);
    await acknowledge.selectOption('completion');
    await aboutAcknowledgement.waitFor();
    await qos.selectOption('1');
    await aboutAcknowledgement.waitFor({ state: 'detached' });
    await qos.selectOption('0');
    await acknowledge.selectOption('receipt');
    const broker = await editor.openBrokerDialog();
    await broker.locator('#node-config-input-connectTo').selectOption('server');
    await broker.getByRole('textbox', { name: 'Server', exact: true }).fill('mqtt://localhost');
    await broker.getByRole('tab', { name: 'Session' }).click();
    await broker.getByLabel('Let the server keep subscriptions').check();
    await editor.saveDialog(broker);
    await aboutSession.waitFor();
    await editor.cancelDialog(dialog);
  });

  it('a blank filter waits in focus, is not red before anything is typed, and has the QoS that a kept session needs', async () => {
    const flow = JSON.parse(EXAMPLE) as (SavedNode & Record<string, unknown>)[];
    for (const node of flow) {
      if (node.type === 'mqtt-flows-broker') node.cleanStart = false;
      if (node.type === 'mqtt-flows-subscribe') Object.assign(node, { name: 'new', subscriptions: [{ filter: '' }] });
    }
    await editor.close();
    await session.deploy(JSON.stringify(flow));
    editor = await session.open({ label: 'new' });
    const dialog = await editor.openDialog('new');
    const filter = dialog.getByRole('textbox', { name: 'Topic filter' });
    await editor.page.waitForFunction("document.activeElement?.getAttribute('aria-label') === 'Topic filter'");
    assert.equal(await filter.getAttribute('aria-invalid'), 'false');
    assert.equal(await dialog.getByLabel('QoS', { exact: true }).inputValue(), '1');
    await editor.page.keyboard.type('plant/#/x');
    await dialog.getByText('must be the last level').waitFor();
    await filter.fill('');
    await dialog.getByText('a filter has at least one character').waitFor();
    await filter.fill('plant/#');
    await editor.saveDialog(dialog);
    await editor.deploy();
    assert.deepEqual(
      saved('mqtt-flows-subscribe')[0]?.subscriptions?.map(({ filter, qos }) => [filter, qos]),
      [['plant/#', 1]],
    );
  });

  it('the first broker takes one press, the next node takes it by itself, and a second one gets a name', async () => {
    const flow = JSON.parse(EXAMPLE) as (SavedNode & Record<string, unknown>)[];
    const alone = flow.filter(({ type }) => type !== 'mqtt-flows-broker');
    for (const node of alone) if ('broker' in node) Object.assign(node, { broker: '' });
    await editor.close();
    await session.deploy(JSON.stringify(alone));
    editor = await session.open({ label: 'publish' });
    const dialog = await editor.openDialog('plant/#');
    await dialog.getByRole('button', { name: 'Use the broker inside Node-RED' }).click();
    await dialog.getByText('There is no broker yet').waitFor({ state: 'hidden' });
    await editor.saveDialog(dialog);
    const next = await editor.openDialog('publish');
    assert.equal(await next.locator('#node-input-broker option:checked').innerText(), 'embedded broker');
    await next.locator('#node-input-btn-broker-add, #node-input-lookup-broker').first().click();
    const broker = editor.page
      .locator('.red-ui-tray')
      .filter({ has: editor.page.locator('#node-config-input-connectTo') });
    await broker.locator('#node-config-input-connectTo').selectOption('embedded');
    await editor.saveDialog(broker);
    await next.getByRole('option', { name: 'embedded broker 2' }).waitFor({ state: 'attached' });
    await next.locator('#node-input-broker').selectOption('embedded broker');
    await editor.saveDialog(next);
    await editor.deploy();
    await editor.node('publish').getByText('connected', { exact: true }).waitFor();
    assert.deepEqual(
      saved('mqtt-flows-broker').map(({ name }) => name),
      ['', 'embedded broker 2'],
    );
  });

  it('the replay dialog says in its fold which topics it takes, and that it drops the retain flags', async () => {
    const place = { id: 'again', type: 'mqtt-flows-replay', z: 'tab', x: 200, y: 100, wires: [[]] };
    const own = { name: 'again', recording: 'one', branches: ['a/#', 'b/#'], retain: false };
    await editor.close();
    await session.deploy([
      { id: 'tab', type: 'tab', label: 'Replays' },
      { ...replayDefaults, ...place, ...own },
    ]);
    editor = await session.open({ label: 'again' });
    const dialog = await editor.openDialog('again');
    await dialog.getByText('More (Keep the retain flags: no; Only these topics: 2)').waitFor();
    await dialog.locator('.red-ui-editableList-item-remove').first().click();
    await dialog.getByText('More (Keep the retain flags: no; Only these topics: 1)').waitFor();
    await editor.saveDialog(dialog);
  });

  it('a filter added in the dialog is subscribed to after the deploy', async () => {
    const dialog = await editor.openDialog('plant/#');
    await dialog.getByText('add', { exact: true }).click();
    const added = dialog.getByRole('textbox', { name: 'Topic filter' }).last();
    await added.fill('hall/+door');
    await dialog.getByRole('combobox', { name: 'QoS' }).last().selectOption('2');
    await editor.saveDialog(dialog);
    await editor.deploy();
    assert.deepEqual(
      saved('mqtt-flows-subscribe')[0]?.subscriptions?.map(({ filter, qos }) => [filter, qos]),
      [
        ['plant/#', 1],
        ['hall/+door', 2],
      ],
    );
    await editor.node('plant/#, hall/+door').getByText('connected', { exact: true }).waitFor();
  });

  it('removing the first rule of a router leaves the wires of the others where they belong', async () => {
    const [before] = saved('mqtt-flows-router');
    const dialog = await editor.openDialog('topic router');
    await dialog.locator('.red-ui-editableList-item-remove').first().click();
    await dialog.getByText('add', { exact: true }).click();
    await dialog.getByRole('textbox', { name: 'Topic filter' }).last().fill('plant/door');
    await editor.saveDialog(dialog);
    await editor.deploy();
    const [router] = saved('mqtt-flows-router');
    assert.equal(router?.outputs, 4);
    assert.deepEqual(router?.wires, [before?.wires?.[1], before?.wires?.[2], [], before?.wires?.[3]]);
  });

  it('the help leads to the examples', async () => {
    await editor.page.evaluate(`RED.sidebar.help.show('mqtt-flows-router')`);
    await editor.page.getByText('Import an example', { exact: true }).click();
    const dialog = editor.page.locator('#red-ui-clipboard-dialog-import-tab-examples');
    await dialog.getByText('@mqtt-flows/node-red-mqtt-flows', { exact: true }).waitFor();
    await editor.page.locator('#red-ui-clipboard-dialog-cancel').click();
    await dialog.waitFor({ state: 'hidden' });
  });

  it('everything is said in German to a German browser', async () => {
    await editor.close();
    editor = await session.open({ locale: 'de-DE' });
    await editor.node('publish').getByText('Verbunden', { exact: true }).waitFor();
    const dialog = await editor.openDialog('publish');
    await dialog.getByText('aus msg.retain, sonst nein').waitFor();
    await editor.screenshot('dialog-publish-german');
    const broker = await editor.openBrokerDialog();
    await broker.getByText('Verbunden mit dem Broker in Node-RED über MQTT 5').waitFor();
    await editor.cancelDialog(broker);
    await editor.cancelDialog(dialog);
    assert.match(await editor.help('mqtt-flows-publish'), /Veröffentlicht Nachrichten/);
  });

  // The last one: it leaves a server that does not exist.
  it('the broker dialog shows TLS, WebSocket and proxy where they are needed, and keeps them', async () => {
    const broker = await editor.openBroker();
    await broker.locator('#node-config-input-connectTo').selectOption('server');
    const servers = broker.getByRole('textbox', { name: 'Server', exact: true });
    assert.equal(await broker.locator('#mqtt-flows-tls-row').isVisible(), false);
    await broker.getByText('More', { exact: true }).click();
    assert.equal(await broker.locator('.mqtt-flows-websocket').isVisible(), false);
    await servers.fill('mqtts://one.example');
    assert.equal(await broker.locator('#mqtt-flows-tls-row').isVisible(), true);
    await broker.locator('.mqtt-flows-server').getByText('add', { exact: true }).first().click();
    await servers.last().fill('ws://two.example/mqtt');
    await broker.locator('.mqtt-flows-websocket').getByText('add', { exact: true }).click();
    await broker.getByRole('textbox', { name: 'Name', exact: true }).last().fill('X-Plant');
    await broker.getByRole('textbox', { name: 'Value', exact: true }).fill('7');
    await broker.getByRole('tab', { name: 'Advanced' }).click();
    await broker.locator('#mqtt-flows-proxy-use').selectOption('url');
    await broker.locator('#mqtt-flows-proxy-url').fill('socks5://proxy:1080');
    await editor.screenshot('dialog-broker-reach');
    await editor.saveDialog(broker);
    await editor.deploy();
    const [node] = saved('mqtt-flows-broker');
    assert.deepEqual(node?.servers, [{ url: 'mqtts://one.example' }, { url: 'ws://two.example/mqtt' }]);
    assert.deepEqual(node?.webSocket, { headers: [{ name: 'X-Plant', value: '7' }], subprotocol: '' });
    assert.deepEqual(node?.proxy, { use: 'url', url: 'socks5://proxy:1080' });
  });
});
