// Home Assistant at the broker inside Node-RED: what it does with MQTT 5, and that everything is there again after
// Node-RED was killed.

import assert from 'node:assert/strict';
import { connectAsync, type MqttClient } from 'mqtt';
import { embeddedNode } from '../../helpers/flows/flow-nodes';
import { Inbox } from '../../helpers/flows/inbox';
import { PersistentNodeRed } from '../../helpers/flows/persistent-node-red';
import { freePort } from '../../helpers/servers/free-port';
import { HomeAssistant, type HomeAssistantStep, needsPaho } from '../../helpers/servers/home-assistant';

const DEVICES = 2000;

describe('Home Assistant at the broker inside Node-RED', function () {
  // A whole Node-RED has to start, twice.
  this.timeout(300_000);
  let nodeRed: PersistentNodeRed;
  let homeAssistant: HomeAssistant | undefined;
  let bridge: MqttClient | undefined;
  let port: number;
  before(function () {
    needsPaho(this);
  });
  beforeEach(async () => {
    nodeRed = new PersistentNodeRed();
    port = await freePort();
  });
  afterEach(async () => {
    await homeAssistant?.kill();
    await bridge?.endAsync(true);
    await nodeRed.remove();
  });

  /** A program such as Zigbee2MQTT, which brings the devices. It notes what Home Assistant says of itself. */
  async function bringDevices(): Promise<{ client: MqttClient; statuses: Inbox<string> }> {
    const client = await connectAsync({
      host: '127.0.0.1',
      port,
      clientId: 'bridge',
      clean: false,
      reconnectPeriod: 50,
    });
    const statuses = new Inbox<string>('messages on homeassistant/status', 60_000);
    client.on('message', (_topic, payload) => statuses.push(payload.toString()));
    await client.subscribeAsync('homeassistant/status', { qos: 1 });
    for (let first = 0; first < DEVICES; first += 100) {
      const numbers = Array.from({ length: 100 }, (_, index) => first + index);
      await Promise.all(numbers.map((number) => client.publishAsync(...discovery(number))));
    }
    return { client, statuses };
  }

  function discovery(number: number): [string, string, { qos: 1; retain: true }] {
    const config = { name: `Device ${number}`, unique_id: `d${number}`, state_topic: `bridge/d${number}/state` };
    return [`homeassistant/sensor/d${number}/config`, JSON.stringify(config), { qos: 1, retain: true }];
  }

  async function publishStates(client: MqttClient): Promise<void> {
    for (let number = 0; number < DEVICES; number++) client.publish(`bridge/d${number}/state`, String(number));
    await client.publishAsync('bridge/state', 'online', { qos: 1 });
  }

  /** The steps of this kind that Home Assistant has taken, once there are `count`. */
  async function steps(event: HomeAssistantStep['event'], count: number): Promise<HomeAssistantStep[]> {
    const taken = (): HomeAssistantStep[] => homeAssistant?.steps.all.filter((step) => step.event === event) ?? [];
    await homeAssistant?.steps.find(`${event}, ${count} times`, () => taken().length >= count);
    return taken();
  }

  it('finds 2,000 devices, receives their messages, and has all of them again after kill -9', async () => {
    const nodes = [embeddedNode('home', { port })];
    await nodeRed.start(nodes);
    await nodeRed.printed('Devices can connect at');
    const { client, statuses } = await bringDevices();
    bridge = client;
    homeAssistant = new HomeAssistant(port, DEVICES);
    const [first] = await steps('ready', 1);
    assert.deepEqual([first?.configs, first?.retained, first?.topics], [DEVICES, DEVICES, DEVICES]);
    await statuses.first(1);
    await publishStates(client);
    await steps('states', 1);

    await nodeRed.crash();
    await nodeRed.start(nodes);
    const [, again] = await steps('ready', 2);
    assert.deepEqual([again?.configs, again?.retained, again?.topics], [DEVICES, DEVICES, DEVICES]);
    await statuses.find('the second birth', () => statuses.all.filter((status) => status === 'online').length === 2);
    await publishStates(client);
    await steps('states', 2);
    const connections = await steps('connected', 2);
    assert.deepEqual([...new Set(connections.map(({ sessionPresent }) => sessionPresent))], [false]);

    await homeAssistant.kill();
    await statuses.latest('the will', (status) => status === 'offline');
    assert.doesNotMatch(nodeRed.output, /\[error\]|\[warn\] \[mqtt-flows/);
  });
});
