// The button "Test connection" in the real editor: a success and the failures that people meet, step by step.

import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { Authority, needsOpenssl } from '../../helpers/servers/certificates';
import { freePort } from '../../helpers/servers/free-port';
import { Mosquitto, needsMosquitto } from '../../helpers/servers/mosquitto';
import { ScriptedServer } from '../../helpers/servers/scripted-server';

const USER = 'plant';
const PASSWORD = 'right <b>word</b>';

describe('the test of a connection in the editor', function () {
  this.timeout(300_000);
  let authority: Authority;
  let mosquitto: Mosquitto;
  let secured: Mosquitto;
  let session: NodeRedEditor;
  let editor: EditorPage;
  let broker: Locator;

  before(async function () {
    const chromium = needsChromium(this);
    needsMosquitto(this);
    needsOpenssl(this);
    authority = new Authority();
    const { certFile, keyFile } = authority.write(authority.sign('broker.plant.example'));
    mosquitto = await Mosquitto.start({ users: { [USER]: PASSWORD } });
    secured = await Mosquitto.start({ config: [`certfile ${certFile}`, `keyfile ${keyFile}`] });
    session = await NodeRedEditor.start(chromium);
    // Only what is deployed may have credentials in it.
    await session.deploy(flowTo(mosquitto.url));
    editor = await session.open();
  });

  beforeEach(async () => {
    broker = await editor.openBroker();
  });

  afterEach(async () => {
    await editor.cancelDialog(broker);
    editor.assertNoErrors();
  });

  after(async () => {
    await session?.stop();
    await mosquitto?.stop();
    await secured?.stop();
    authority?.remove();
  });

  async function testWith(url: string): Promise<void> {
    await broker.getByRole('textbox', { name: 'Server', exact: true }).fill(url);
    await broker.getByRole('button', { name: 'Test connection' }).click();
  }

  /** The steps of the only server with their outcome, and the final text. */
  async function outcome(sentence: string): Promise<{ step: string; done: boolean }[]> {
    await broker.getByText(sentence).waitFor();
    const items = await broker.locator('#mqtt-flows-test-result ul').first().locator('li').all();
    return Promise.all(
      items.map(async (item) => ({
        step: (await item.innerText()).replace(/\d+ ms/, 'n ms').trim(),
        done: (await item.locator('.fa-check').count()) === 1,
      })),
    );
  }

  it('shows no result of settings that are no longer in the dialog', async () => {
    await testWith(`mqtt://localhost:${mosquitto.port}`);
    await outcome('Works with MQTT 5');
    await broker.getByRole('textbox', { name: 'Server', exact: true }).fill('mqtt://elsewhere');
    await broker.getByText('The settings were changed after the test').waitFor();
    assert.equal(await broker.getByText('Works with MQTT 5').count(), 0);
    await broker.getByRole('combobox', { name: 'Connect to' }).selectOption('embedded');
    await broker.getByText(/^Deployed: Connected to .* with MQTT 5$/).waitFor();
  });

  it('succeeds with the password that Node-RED keeps, and tells the limits of the server', async () => {
    await testWith(`mqtt://localhost:${mosquitto.port}`);
    const steps = await outcome('Works with MQTT 5');
    assert.deepEqual(
      steps.map(({ step, done }) => [step.replace(/:.*/, ''), done]),
      [
        ['Look up the name', true],
        ['TCP', true],
        ['MQTT', true],
      ],
    );
    await broker.getByText('QoS up to 2').waitFor();
    await editor.screenshot('connection-test-success');
    const name = await broker.getByText('Tested as the client').innerText();
    const clientId = name.split(' ').at(-1) ?? '';
    assert.match(clientId, /-test-[0-9a-f]{6}$/);
    await mosquitto.log.find('goodbye', (line) => line.includes(`Received DISCONNECT from ${clientId}`));
  });

  it('says that a password is wrong that has only been typed', async () => {
    await broker.locator('#node-config-input-password').fill('wrong');
    await testWith(mosquitto.url);
    const steps = await outcome('does not let this user connect');
    assert.deepEqual(steps.at(-1)?.done, false);
  });

  it('says that a host is unknown', async () => {
    await testWith('mqtt://no-such-host.invalid');
    const steps = await outcome('the host name cannot be resolved');
    assert.deepEqual(steps, [{ step: 'Look up the name: n ms', done: false }]);
  });

  it('says that nobody listens on a port', async () => {
    await testWith(`mqtt://127.0.0.1:${await freePort()}`);
    const steps = await outcome('nothing listens');
    assert.deepEqual(steps, [{ step: 'TCP: n ms', done: false }]);
  });

  it('says that a server does not speak TLS', async () => {
    await testWith(`mqtts://127.0.0.1:${mosquitto.port}`);
    await outcome('during the TLS handshake; is this the port for TLS?');
  });

  it('says that a certificate is not trusted, and whose it is', async () => {
    await testWith(`mqtts://127.0.0.1:${secured.port}`);
    const steps = await outcome('comes from an authority that is not trusted here');
    assert.match(
      steps.at(-1)?.step ?? '',
      /^TLS: certificate for broker\.plant\.example by Test authority, valid until /,
    );
    await editor.screenshot('connection-test-certificate');
  });

  it('tests each of several servers', async () => {
    await broker.locator('.mqtt-flows-server').getByText('add', { exact: true }).first().click();
    await broker.getByRole('textbox', { name: 'Server', exact: true }).last().fill(mosquitto.url);
    await broker.getByRole('textbox', { name: 'Server', exact: true }).first().fill('mqtt://no-such-host.invalid');
    await broker.getByRole('button', { name: 'Test connection' }).click();
    await broker.getByText('Works with MQTT 5').waitFor();
    await broker.getByText('the host name cannot be resolved').waitFor();
    await editor.screenshot('connection-test-two-servers');
  });

  it('shows the words of a server as text', async () => {
    const reasonString = '<img src=x onerror="document.title=`run`"> & <b>no</b>';
    const server = await ScriptedServer.start({
      connect: (client) =>
        client.send({ cmd: 'connack', sessionPresent: false, reasonCode: 0x87, properties: { reasonString } }),
    });
    await testWith(`mqtt://127.0.0.1:${server.port}`);
    await broker.getByText(reasonString).waitFor();
    assert.equal(await broker.locator('#mqtt-flows-test-result img, #mqtt-flows-test-result b > b').count(), 0);
    assert.notEqual(await editor.page.title(), 'run');
    await server.stop();
  });

  it('shows how the deployed node is doing, and reveals the nodes that use it', async () => {
    await broker.getByText('with MQTT 5', { exact: false }).first().waitFor();
    assert.match(await broker.locator('#mqtt-flows-state').innerText(), /Connected to 127\.0\.0\.1:\d+ with MQTT 5/);
    await broker.getByText('Nodes that use it: 1').click();
    await broker.getByRole('button', { name: 'plant/#' }).click();
    await editor.screenshot('dialog-broker-users');
  });

  it('shows why the deployed node waits, and when it tries again', async () => {
    await mosquitto.stop();
    const state = broker.locator('#mqtt-flows-state');
    await state.getByText(/nothing listens on this port.* \(attempt \d+ at \d+:\d\d:\d\d/).waitFor();
    await editor.screenshot('dialog-broker-waiting');
  });
});

function flowTo(url: string): object[] {
  return [
    { id: 'tab1', type: 'tab', label: 'Plant' },
    {
      id: 'broker1',
      type: 'mqtt-flows-broker',
      name: '',
      servers: [{ url }],
      autoConnect: true,
      credentials: { username: USER, password: PASSWORD },
    },
    {
      id: 'sub1',
      type: 'mqtt-flows-subscribe',
      z: 'tab1',
      x: 200,
      y: 100,
      wires: [[]],
      broker: 'broker1',
      subscriptions: [{ filter: 'plant/#', qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 }],
      format: 'auto',
    },
  ];
}
