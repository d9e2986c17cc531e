// What the broker dialog says about contradictory settings before a deploy, and what it saves.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { repository } from '../../helpers/package/environment';

const EXAMPLE = readFileSync(join(repository, 'examples/2 Route by topic.json'), 'utf8');

/** The broker node as it has been saved. */
type SavedBroker = Readonly<Record<string, unknown>> & { readonly type: string };

describe('the fields of the broker dialog', function () {
  this.timeout(300_000);
  let session: NodeRedEditor;
  let editor: EditorPage;
  let broker: Locator;

  before(async function () {
    session = await NodeRedEditor.start(needsChromium(this), EXAMPLE);
    editor = await session.open();
  });

  beforeEach(async () => {
    broker = await editor.openBroker();
  });

  afterEach(() => editor.assertNoErrors());

  after(() => session?.stop());

  function field(name: string): Locator {
    return broker.locator(`#mqtt-flows-${name}, #node-config-input-${name}`);
  }

  /** The unit of a number. */
  function unit(name: string): Locator {
    return broker.locator(`#mqtt-flows-${name}-unit`);
  }

  async function openTab(name: string): Promise<void> {
    await broker.getByRole('tab', { name }).click();
  }

  /** The fold may be open: it is, where messages are set. */
  async function openSingleMessages(): Promise<void> {
    await openTab('Messages');
    await broker.locator('#mqtt-flows-tab-messages > details').evaluate((fold) => fold.setAttribute('open', ''));
  }

  /** Chooses the version of MQTT, which is folded away in the first tab. */
  async function chooseVersion(version: string): Promise<void> {
    await openTab('Connection');
    if (!(await field('protocolVersion').isVisible())) await field('connection-more').locator('summary').click();
    await field('protocolVersion').selectOption(version);
  }

  function saved(): SavedBroker | undefined {
    return session.saved<SavedBroker>('mqtt-flows-broker')[0];
  }

  async function leave(): Promise<void> {
    await editor.cancelDialog(broker);
  }

  it('are those of MQTT 5 only where it may be spoken', async () => {
    await openTab('Session');
    assert.equal(await field('sessionExpiryInterval').isVisible(), false, 'nothing is kept');
    await broker.getByLabel('Let the server keep subscriptions').check();
    assert.equal(await field('sessionExpiryInterval').isVisible(), true, 'the embedded broker speaks MQTT 5');
    await field('connectTo').selectOption('server');
    assert.equal(await field('sessionExpiryInterval').isVisible(), true);
    await field('sessionExpiryInterval').fill('60');
    await chooseVersion('4');
    await openTab('Session');
    await broker.getByText('MQTT 3.1.1 does not have this').waitFor();
    await field('sessionExpiryInterval').fill('');
    await chooseVersion('3');
    await openTab('Advanced');
    assert.equal(await field('receiveMaximum').isVisible(), false);
    await leave();
  });

  it('say that a session of no length keeps nothing', async () => {
    await field('connectTo').selectOption('server');
    await openTab('Session');
    await broker.getByLabel('Let the server keep subscriptions').check();
    await field('sessionExpiryInterval').fill('0');
    await broker.getByText('0 ends the session with the connection').waitFor();
    await broker.getByLabel('Let the server keep subscriptions').uncheck();
    await broker.getByText('0 ends the session with the connection').waitFor({ state: 'hidden' });
    await leave();
  });

  it('say what is wrong with an address', async () => {
    await field('connectTo').selectOption('server');
    const server = broker.getByRole('textbox', { name: 'Server', exact: true });
    for (const [url, reason] of [
      ['mqtt://::1:1883', 'an IPv6 address needs brackets'],
      ['mqtt://host:0', 'the port is a number from 1 to 65535'],
      ['http://host', 'must begin with mqtt://'],
    ] as const) {
      await server.fill(url);
      await broker.getByText(reason).waitFor();
      assert.equal(await server.getAttribute('aria-invalid'), 'true');
    }
    await server.fill('wss://host/mqtt');
    await broker.getByText('MQTT over WebSocket and TLS, port 443', { exact: true }).waitFor();
    await leave();
  });

  it('say that MQTT 3.1.1 sends no password alone', async () => {
    await field('connectTo').selectOption('server');
    await field('password').fill('secret');
    await chooseVersion('4');
    await broker.getByText('sends no password without a user name').waitFor();
    await field('username').fill('plant');
    await broker.getByText('sends no password without a user name').waitFor({ state: 'hidden' });
    await leave();
  });

  it('say that the longest wait is shorter than the first', async () => {
    await openTab('Advanced');
    await field('minDelay').fill('5');
    await field('maxDelay').fill('4');
    await unit('maxDelay').selectOption('seconds');
    await broker.getByText('must not be shorter than the first wait').waitFor();
    await unit('minDelay').selectOption('ms');
    await broker.getByText('must not be shorter than the first wait').waitFor({ state: 'hidden' });
    await leave();
  });

  it('give birth, close and will the properties of MQTT 5, keep them and show them again', async () => {
    const property = (name: string): Locator => broker.getByRole('textbox', { name });
    await field('connectTo').selectOption('server');
    await openSingleMessages();
    await broker.getByLabel('Will topic').fill('plant/press/state');
    await broker.getByText('MQTT 5 properties', { exact: true }).filter({ visible: true }).click();
    await property('Delay').fill('soon');
    await broker.getByText('a whole number from 0').waitFor();
    await property('Delay').fill('30');
    await property('Content type').fill('text/plain');
    await property('Expires after').fill('${WILL_EXPIRY}');
    await property('Response to').fill('answers/#');
    await broker.getByText('it contains a wildcard, + or #').waitFor();
    await property('Response to').fill('');
    await broker.getByRole('combobox', { name: 'Text or bytes' }).selectOption('true');
    await broker
      .getByRole('tabpanel', { name: 'Messages' })
      .getByText('add', { exact: true })
      .filter({ visible: true })
      .click();
    await broker.getByRole('textbox', { name: 'Name', exact: true }).last().fill('unit');
    await broker.getByRole('textbox', { name: 'Value', exact: true }).last().fill('°C');
    await editor.screenshot('dialog-broker-will');
    await chooseVersion('4');
    await openTab('Messages');
    await broker.getByText('the message is sent without them').filter({ visible: true }).waitFor();
    await chooseVersion('5');
    await editor.saveDialog(broker);
    broker = await editor.openBroker();
    await openTab('Messages');
    assert.equal(await property('Delay').inputValue(), '30');
    assert.equal(await property('Expires after').inputValue(), '${WILL_EXPIRY}');
    await editor.saveDialog(broker);
    await editor.deploy();
    assert.deepEqual(saved()?.will, {
      topic: 'plant/press/state',
      payload: '',
      qos: 0,
      retain: false,
      properties: {
        willDelayInterval: 30,
        contentType: 'text/plain',
        messageExpiryInterval: '${WILL_EXPIRY}',
        payloadFormatIndicator: true,
        userProperties: { unit: '°C' },
      },
    });
  });

  it('are shown by one dialog as they have been saved by another, variables and user properties included', async () => {
    await field('connectTo').selectOption('server');
    await openTab('Advanced');
    await field('keepalive').fill('${KEEP_ALIVE}');
    await field('receiveMaximum').fill('20');
    await broker.getByRole('tabpanel', { name: 'Advanced' }).getByText('add', { exact: true }).click();
    await broker.getByRole('textbox', { name: 'Name', exact: true }).last().fill('site');
    await broker.getByRole('textbox', { name: 'Value', exact: true }).last().fill('hall 1');
    await openTab('Outbox');
    await field('maxMessages').fill('500');
    await field('overflow').selectOption('dropOldest');
    await field('store').selectOption('disk');
    await field('fsync').check();
    await field('messageTtl').fill('3600');
    await editor.saveDialog(broker);
    broker = await editor.openBroker();
    await openTab('Advanced');
    assert.equal(await field('keepalive').inputValue(), '${KEEP_ALIVE}');
    assert.equal(await field('receiveMaximum').inputValue(), '20');
    assert.equal(await broker.getByRole('textbox', { name: 'Value', exact: true }).inputValue(), 'hall 1');
    await editor.saveDialog(broker);
    await editor.deploy();
    const node = saved();
    assert.equal(node?.keepalive, '${KEEP_ALIVE}');
    assert.equal(node?.receiveMaximum, 20);
    assert.deepEqual(node?.userProperties, { site: 'hall 1' });
    assert.deepEqual(node?.outbox, {
      store: 'disk',
      maxMessages: 500,
      maxBytes: 67_108_864,
      overflow: 'dropOldest',
      messageTtl: 3600,
      maxInFlight: 100,
      rateLimit: 0,
      fsync: true,
    });
  });

  it('say what 0 and blank mean, and have no unit then', async () => {
    await field('connectTo').selectOption('server');
    await openTab('Outbox');
    for (const name of ['messageTtl', 'rateLimit']) {
      await field(name).fill('');
      assert.equal(await field(name).getAttribute('placeholder'), 'no limit');
    }
    assert.equal(await unit('messageTtl').isVisible(), false);
    await field('messageTtl').fill('5');
    assert.equal(await unit('messageTtl').isVisible(), true);
    await field('messageTtl').fill('');
    await openTab('Advanced');
    await field('keepalive').fill('0');
    await broker.getByText('0: the connection is not checked').waitFor();
    await editor.saveDialog(broker);
    await editor.deploy();
    const outbox = saved()?.outbox as Record<string, unknown>;
    assert.deepEqual([outbox.messageTtl, outbox.rateLimit, saved()?.keepalive], [0, 0, 0], 'as it was saved before');
    broker = await editor.openBroker();
    await openTab('Outbox');
    assert.equal(await field('messageTtl').inputValue(), '');
    await openTab('Connection');
    await field('connectTo').selectOption('embedded');
    assert.equal(await field('embedded-port').getAttribute('placeholder'), 'none');
    await leave();
  });

  it('have a switch for TLS, which writes the scheme, and say what each scheme means', async () => {
    await field('connectTo').selectOption('server');
    const server = broker.getByRole('textbox', { name: 'Server', exact: true });
    const tls = broker.getByLabel('Use TLS');
    for (const [url, meaning, other] of [
      ['mqtt://host', 'MQTT, not encrypted, port 1883', 'mqtts://host'],
      ['mqtts://host:8883', 'MQTT over TLS', 'mqtt://host:1883'],
      ['ws://host:9001/mqtt', 'MQTT over WebSocket, not encrypted', 'wss://host:9001/mqtt'],
    ] as const) {
      await server.fill(url);
      await broker.getByText(meaning, { exact: true }).waitFor();
      await tls.click();
      assert.equal(await server.inputValue(), other);
      assert.equal(await tls.isChecked(), !url.includes('mqtts'));
    }
    await field('tls-row').getByText('TLS', { exact: true }).waitFor();
    await server.fill('${BROKER_URL}');
    assert.equal(await tls.isVisible(), false, 'the variable may hold any scheme');
    await leave();
  });

  it('are folded away where they are rarely needed, and the first tab says what is set', async () => {
    await field('connectTo').selectOption('server');
    const more = field('connection-more').locator('summary');
    // Another test may have left a version.
    await chooseVersion('auto');
    await more.getByText('More', { exact: true }).waitFor();
    await chooseVersion('4');
    await broker.getByLabel('Connect when the flow starts').uncheck();
    await more.getByText('More (Protocol: MQTT 3.1.1; Connect when the flow starts: no)', { exact: true }).waitFor();
    await openTab('Outbox');
    await field('maxBytes').fill('8');
    await unit('maxBytes').selectOption('MiB');
    await openSingleMessages();
    await broker.getByLabel('Will topic').fill('plant/gone');
    await openTab('Connection');
    const line = (tab: string): Locator => field('other-tabs').locator('div').filter({ hasText: tab });
    await line('Messages').getByText('Will topic: plant/gone').waitFor();
    await line('Outbox').getByText('And at most: 8 MiB').waitFor();
    assert.equal(await line('Devices').count(), 0, 'a server has none');
    await editor.screenshot('dialog-broker-more');
    await field('other-tabs').getByRole('button', { name: 'Outbox' }).click();
    assert.equal(await field('maxBytes').isVisible(), true);
    await leave();
  });

  it('take bytes and times in units that people think in, and keep them in those that flows are saved in', async () => {
    await openTab('Outbox');
    assert.equal(await field('maxBytes').inputValue(), '64');
    assert.equal(await unit('maxBytes').inputValue(), String(1024 * 1024));
    await field('maxBytes').fill('1.5');
    await field('messageTtl').fill('2');
    await unit('messageTtl').selectOption('hours');
    await openTab('Advanced');
    await field('minDelay').fill('0.1');
    await broker.getByText('in whole').waitFor({ state: 'hidden' });
    await unit('minDelay').selectOption('ms');
    await broker.getByText('from 1 ms to 24 hours in whole ms, or blank').waitFor();
    await unit('minDelay').selectOption('seconds');
    await field('maxDelay').fill('${LONGEST_WAIT}');
    assert.equal(await unit('maxDelay').isDisabled(), true, 'what a variable holds is in ms');
    await editor.screenshot('dialog-broker-units');
    await editor.saveDialog(broker);
    await editor.deploy();
    const node = saved();
    assert.deepEqual(node?.reconnect, { minDelay: 100, maxDelay: '${LONGEST_WAIT}' });
    const outbox = node?.outbox as Record<string, unknown>;
    assert.deepEqual([outbox.maxBytes, outbox.messageTtl], [1.5 * 1024 * 1024, 7200]);
    broker = await editor.openBroker();
    await openTab('Outbox');
    assert.deepEqual([await field('maxBytes').inputValue(), await field('messageTtl').inputValue()], ['1536', '2']);
    await leave();
  });

  /** Opens the dialog of the broker node with these addresses, as a flow may have them. */
  async function reopenWith(...urls: string[]): Promise<void> {
    await leave();
    const servers = JSON.stringify(urls.map((url) => ({ url })));
    const found = 'RED.nodes.filterNodes({}).map(({ broker }) => RED.nodes.node(broker)).find((node) => node?.servers)';
    await editor.page.evaluate(`Object.assign(${found}, { connectTo: 'server', servers: ${servers} })`);
    broker = await editor.openBroker();
  }

  it('take user name and password out of a single address, and leave those of several, which may differ', async () => {
    await reopenWith('mqtt://me:first@one', 'mqtt://you:second@two');
    const addresses = (): Promise<string[]> =>
      broker
        .getByRole('textbox', { name: 'Server', exact: true })
        .evaluateAll((all) => all.map((each) => ('value' in each ? String(each.value) : '')));
    assert.deepEqual(await addresses(), ['mqtt://me:first@one', 'mqtt://you:second@two']);
    assert.equal(await broker.getByText('Everybody who can read the flow').count(), 2);
    await reopenWith('mqtt://me:first@one');
    assert.deepEqual(await addresses(), ['mqtt://one']);
    assert.deepEqual([await field('username').inputValue(), await field('password').inputValue()], ['me', 'first']);
    await editor.screenshot('dialog-broker-credentials');
    await leave();
  });

  it('offer to keep a variable within a birth message, where there is one', async () => {
    await openSingleMessages();
    await broker.getByLabel('Birth topic').fill('at/here');
    const box = broker.getByLabel('within other text stays as it is').first();
    assert.equal(await box.isVisible(), false);
    await broker.getByLabel('Birth topic').fill('at/${x}');
    await box.check();
    await editor.screenshot('dialog-broker-literal');
    await editor.saveDialog(broker);
    await editor.deploy();
    assert.deepEqual(
      [saved()?.birth].map((birth) => (birth as { literal?: boolean }).literal),
      [true],
    );
  });

  it('save a presence as birth, close and will message, show it again, and take one that is not whole', async () => {
    const birth = broker.getByLabel('Birth topic');
    const saveAll = async (): Promise<unknown> => {
      await editor.saveDialog(broker);
      await editor.deploy();
      return [saved()?.birth, saved()?.close, saved()?.will];
    };
    await openTab('Messages');
    const topic = broker.getByLabel('Presence topic');
    await topic.fill('plant/#');
    await broker.getByText('it contains a wildcard, + or #').waitFor();
    await topic.fill('plant/gateway');
    assert.equal(await birth.isVisible(), false);
    await broker.getByLabel('Online').fill('up');
    await broker.getByText('"up" when the connection stands, "offline" when it has ended').waitFor();
    await editor.screenshot('dialog-broker-presence');
    const word = (payload: string, retain = true) => ({
      topic: 'plant/gateway',
      payload,
      qos: 1,
      retain,
      properties: {},
    });
    assert.deepEqual(await saveAll(), [word('up'), word('offline'), word('offline')]);

    broker = await editor.openBroker();
    await openTab('Messages');
    assert.deepEqual(
      [await topic.inputValue(), await broker.getByLabel('Online').inputValue()],
      ['plant/gateway', 'up'],
    );
    await broker.getByRole('button', { name: 'Edit them one by one' }).click();
    assert.deepEqual([await topic.inputValue(), await birth.inputValue()], ['', 'plant/gateway']);
    await broker.getByLabel('Retain').last().uncheck();
    await broker.getByText('what others see there can be wrong').waitFor();
    assert.deepEqual(await saveAll(), [word('up'), word('offline'), word('offline', false)]);

    broker = await editor.openBroker();
    await openTab('Messages');
    await birth.waitFor();
    await broker.getByRole('button', { name: 'Make a presence of them' }).click();
    await birth.waitFor({ state: 'hidden' });
    assert.deepEqual(await saveAll(), [word('up'), word('offline'), word('offline')]);
  });
});
