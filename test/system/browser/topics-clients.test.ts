// The clients of the broker inside Node-RED in the topics sidebar: live, harmless whatever they are called, and ended on
// demand.

import assert from 'node:assert/strict';
import { connect, type MqttClient } from 'mqtt';
import type { Locator } from 'playwright-core';
import { brokerDefaults } from '#src/settings/broker.config';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { HeldRequests } from '../../helpers/editor/held-requests';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { TopicsTab } from '../../helpers/editor/topics-tab';
import { alarmsFlow } from '../../helpers/flows/alarms-flow';
import { serverNode } from '../../helpers/flows/flow-nodes';
import { freePort } from '../../helpers/servers/free-port';

const HOSTILE = '<img src=x onerror=alert(1)>\u202e\n';

describe('the clients in the topics sidebar', function () {
  this.timeout(300_000);
  let program: string;
  let port: number;
  let session: NodeRedEditor | undefined;
  let editor: EditorPage;
  let topics: TopicsTab;
  const clients: MqttClient[] = [];

  async function start(settings = ''): Promise<Locator> {
    port = await freePort();
    const embedded = { ...brokerDefaults.embedded, port };
    const flow = [...alarmsFlow({ connectTo: 'embedded', embedded }), serverNode('away', 1, { name: 'Other server' })];
    session = await NodeRedEditor.start(program, flow, settings);
    editor = await session.open({ label: 'alarms' });
    topics = await TopicsTab.open(editor);
    const list = topics.panel.locator('.mqtt-flows-clients');
    await list.locator('summary').click();
    return list;
  }

  before(function () {
    program = needsChromium(this);
  });
  afterEach(async () => {
    editor?.assertNoErrors();
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
    await session?.stop();
  });

  function device(clientId: string, clean = true): Promise<MqttClient> {
    const client = connect(`mqtt://127.0.0.1:${port}`, { clientId, clean, reconnectPeriod: 0, username: 'ann' });
    clients.push(client);
    return new Promise((resolve, reject) => {
      client.once('connect', () => resolve(client));
      client.once('error', reject);
    });
  }

  function rows(list: Locator, text: string): Locator {
    return list.locator('li').filter({ hasText: text });
  }

  it('are listed while they come and go, disconnected and forgotten, whatever they are called', async () => {
    const list = await start();
    await rows(list, 'this Node-RED').waitFor();
    const lamp = await device('lamp', false);
    await lamp.subscribeAsync(['a', 'b'], { qos: 1 });
    await device(HOSTILE);
    const row = rows(list, 'lamp');
    await row.filter({ hasText: 'subscriptions: 2, waiting: 0' }).waitFor();
    await row.filter({ hasText: 'ann · 127.0.0.1 · MQTT 3.1.1' }).waitFor();
    await rows(list, '<img src=x').waitFor();
    assert.equal(await list.locator('img').count(), 0);
    await editor.screenshot('topics-clients');
    const left = new Promise((resolve) => lamp.once('close', () => resolve(true)));
    await row.getByRole('button', { name: 'Disconnect' }).click();
    await editor.page.locator('.red-ui-notification').getByRole('button', { name: 'Disconnect' }).click();
    await left;
    await editor.page.locator('.red-ui-notification').waitFor({ state: 'detached' });
    const other = await device('other');
    await other.publishAsync('a', 'x', { qos: 1 });
    await row.filter({ hasText: 'away since' }).filter({ hasText: 'waiting: 1' }).waitFor();
    await list.getByText('1 remembered').waitFor();
    await row.getByRole('button', { name: 'Forget the session' }).click();
    await editor.page.locator('.red-ui-notification').getByRole('button', { name: 'Cancel' }).click();
    await editor.page.locator('.red-ui-notification').waitFor({ state: 'detached' });
    await row.getByRole('button', { name: 'Forget the session' }).click();
    await editor.page.locator('.red-ui-notification').getByRole('button', { name: 'Forget the session' }).click();
    await row.waitFor({ state: 'detached' });
    // Another broker is chosen before the answer comes.
    const ends = await HeldRequests.of(editor.page, '**/clients/disconnect');
    await rows(list, 'other').getByRole('button', { name: 'Disconnect' }).click();
    await ends.while(() =>
      editor.page.locator('.red-ui-notification').getByRole('button', { name: 'Disconnect' }).click(),
    );
    await topics.panel.getByLabel('Broker', { exact: true }).selectOption('Other server');
    await list.waitFor({ state: 'hidden' });
    const asked: string[] = [];
    editor.page.on('request', (request) => asked.push(request.url()));
    await ends.answer();
    assert.deepEqual(
      asked.filter((url) => url.includes('/brokers/broker/')),
      [],
    );
    assert.equal(await list.isVisible(), false);
  });

  it('are shown to those who may only read, without buttons', async () => {
    const list = await start(`adminAuth: { type: 'credentials', users: [], default: { permissions: ['read'] } },`);
    await device('lamp');
    await rows(list, 'lamp').waitFor();
    assert.equal(await list.getByRole('button').count(), 0);
  });
});
