// The tab Devices of the broker dialog: users with passwords that only go one way, what they may, and further listeners.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import type { Locator } from 'playwright-core';
import type { BrokerConfig } from '#src/settings/broker.config';
import { accessibilityFaults } from '../../helpers/editor/accessibility';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { repository } from '../../helpers/package/environment';

const EXAMPLE = readFileSync(join(repository, 'examples/2 Route by topic.json'), 'utf8');

type SavedBroker = BrokerConfig & { readonly type: string };

describe('the tab Devices of the broker dialog', function () {
  this.timeout(300_000);
  let session: NodeRedEditor;
  let editor: EditorPage;
  let broker: Locator;
  const clients: MqttClient[] = [];

  before(async function () {
    session = await NodeRedEditor.start(needsChromium(this), EXAMPLE);
    editor = await session.open();
  });
  afterEach(async () => {
    editor.assertNoErrors();
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
  });
  after(() => session?.stop());

  async function open(): Promise<void> {
    broker = await editor.openBroker();
    await broker.getByRole('tab', { name: 'Devices' }).click();
  }

  async function saveAndDeploy(): Promise<void> {
    await editor.saveDialog(broker);
    await editor.deploy();
    // It is said once: the path stays over a deploy of the users.
    await session.nodeRed.waitForOutput('path /mqtt of Node-RED');
  }

  async function cancel(): Promise<void> {
    await editor.cancelDialog(broker);
  }

  /** The list of users, or that of listeners. */
  function list(name: 'device-users' | 'listeners'): Locator {
    return broker.locator('.red-ui-editableList').filter({ has: editor.page.locator(`#mqtt-flows-${name}`) });
  }

  async function add(name: 'device-users' | 'listeners'): Promise<Locator> {
    await list(name).locator('.red-ui-editableList-addButton').click();
    return list(name).locator('li').last();
  }

  function user(index: number): Locator {
    return list('device-users').locator('li').nth(index);
  }

  function embedded(): BrokerConfig['embedded'] | undefined {
    return session.saved<SavedBroker>('mqtt-flows-broker')[0]?.embedded;
  }

  function device(password: string, options: IClientOptions = {}): Promise<MqttClient> {
    const url = `${session.nodeRed.url.replace('http', 'ws')}mqtt`;
    const client = connect(url, { reconnectPeriod: 0, username: 'ann', password, protocolVersion: 5, ...options });
    clients.push(client);
    return new Promise((resolve, reject) => {
      client.once('connect', () => resolve(client));
      client.once('error', reject);
      client.once('close', () => reject(new Error('closed')));
    });
  }

  it('says which port is in use by another program, in the dialog and in the Topics tab, until it is not', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    assert.ok(typeof address === 'object' && address);
    broker = await editor.openBroker();
    await broker.locator('#mqtt-flows-embedded-port').fill(String(address.port));
    const onlyHere = broker.getByText('Only programs on this computer can connect.');
    await onlyHere.waitFor();
    await broker.locator('#mqtt-flows-embedded-address').fill('0.0.0.0');
    await onlyHere.waitFor({ state: 'hidden' });
    await broker.locator('#mqtt-flows-embedded-address').fill('');
    await onlyHere.waitFor();
    await broker.locator('#mqtt-flows-embedded-address').fill('127.0.0.1');
    await editor.saveDialog(broker);
    await editor.deploy();
    broker = await editor.openBroker();
    const problem = `Port ${address.port} on 127.0.0.1 is in use by another program`;
    const line = broker.getByText(problem);
    await line.waitFor();
    await editor.action('mqtt-flows:show-topics-tab');
    const health = editor.page.locator('.mqtt-flows-health');
    const closed = health.locator('summary').getByText('some devices cannot connect');
    await closed.click();
    await health.getByText(problem).waitFor();
    await editor.screenshot('port-in-use');
    other.close();
    await line.waitFor({ state: 'detached' });
    await closed.waitFor({ state: 'detached' });
    await broker.locator('#mqtt-flows-embedded-port').fill('');
    await editor.saveDialog(broker);
    await editor.deploy();
  });

  it('makes a user whom the broker lets in, at a path of Node-RED, to what it may', async () => {
    await open();
    const ann = await add('device-users');
    await ann.getByLabel('User name').fill('ann');
    await ann.getByLabel('Password').fill('first word');
    await ann.getByLabel('What the user may').click();
    await ann.getByLabel('May publish').fill('up/{{username}}/#\nopen');
    const listener = await add('listeners');
    await listener.getByLabel('Kind').selectOption('path');
    await editor.screenshot('broker-devices');
    await saveAndDeploy();
    const saved = embedded();
    assert.deepEqual(saved?.users[0]?.publish, ['up/{{username}}/#', 'open']);
    assert.deepEqual(saved?.users[0]?.subscribe, ['#']);
    assert.ok(!JSON.stringify(saved).includes('first word'));
    assert.match(saved?.users[0]?.passwordKey ?? '', /^[0-9a-f]{32}$/);
    const client = await device('first word');
    await client.publishAsync('up/ann/a', 'x', { qos: 1 });
    await assert.rejects(client.publishAsync('up/bob/a', 'x', { qos: 1 }), { code: 0x87 });
    await assert.rejects(device('other word'), { code: 0x86 });
  });

  it('does not show the password again, keeps it unless another is typed, and changes nothing when it is cancelled', async () => {
    await open();
    assert.equal(await user(0).getByLabel('Password').inputValue(), '');
    assert.equal(await user(0).getByLabel('Password').getAttribute('placeholder'), 'unchanged');
    await user(0).getByLabel('Password').fill('second word');
    await user(0).getByLabel('User name').focus();
    await cancel();
    await device('first word');
    await open();
    // Typed, left and cleared again.
    for (const typed of ['second word', '']) {
      await user(0).getByLabel('Password').fill(typed);
      await user(0).getByLabel('User name').focus();
    }
    await editor.saveDialog(broker);
    assert.equal(await editor.changed(), false);
    await open();
    await user(0).getByLabel('Password').fill('second word');
    await saveAndDeploy();
    await assert.rejects(device('first word'), { code: 0x86 });
    await device('second word');
  });

  it('says what is wrong with a user or a listener', async () => {
    await open();
    const other = await add('device-users');
    await other.getByText('the user needs a name').waitFor();
    await other.getByText('No password: only by a client certificate').waitFor();
    await other.getByLabel('What the user may').click();
    await other.getByLabel('May subscribe').fill('home/{{user}}');
    await other.getByText('only {{username}} and {{clientid}} can stand here').waitFor();
    await other.getByLabel('May subscribe').fill('a/#/b');
    await other.getByText('#', { exact: false }).first().waitFor();
    const listener = await add('listeners');
    await listener.getByLabel('Port').fill('70000');
    await listener.getByText('65535').waitFor();
    await broker.getByText('TLS needs a certificate').waitFor();
    await listener.getByLabel('Kind').selectOption('path');
    await broker.getByText('TLS needs a certificate').waitFor({ state: 'hidden' });
    await listener.getByLabel('Path').fill('a b');
    await listener.getByText('the path begins with /').waitFor();
    await editor.screenshot('broker-devices-wrong');
    await cancel();
  });

  it('has no serious fault, and fits a narrow window, in the light and in the dark', async () => {
    const whole = editor.page.viewportSize();
    await open();
    const listener = await add('listeners');
    await listener.getByLabel('Client certificates').selectOption('user');
    await broker.locator('#mqtt-flows-guests').check();
    const form = broker.locator('#node-config-dialog-edit-form');
    assert.deepEqual(await accessibilityFaults(form), []);
    await editor.page.setViewportSize({ width: 600, height: 900 });
    for (const theme of ['dark', 'light']) {
      await editor.page.evaluate(`document.documentElement.classList.toggle('nr-theme-dark', ${theme === 'dark'})`);
      await editor.screenshot(`broker-devices-narrow-${theme}`);
      const excess = await form.evaluate((element) => element.scrollWidth - element.clientWidth);
      assert.ok(excess <= 0, `${excess} px too wide`);
    }
    if (whole) await editor.page.setViewportSize(whole);
    await cancel();
  });

  it('is not there for a server', async () => {
    await open();
    await broker.locator('#node-config-input-connectTo').selectOption('server');
    await broker.getByRole('tab', { name: 'Devices' }).waitFor({ state: 'hidden' });
    await broker.locator('#mqtt-flows-servers').waitFor();
    await cancel();
  });

  it('is there in German', async () => {
    const german = await session.open({ locale: 'de', label: 'publish' });
    const dialog = await german.openBroker();
    await dialog.getByRole('tab', { name: 'Geräte' }).click();
    await dialog.getByText('Weitere Wege für Geräte', { exact: true }).waitFor();
    await german.screenshot('broker-devices-de');
    await german.cancelDialog(dialog);
    german.assertNoErrors();
  });
});
