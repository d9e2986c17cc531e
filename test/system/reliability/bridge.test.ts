// A real mosquitto as a bridge to the embedded broker, set up as its manual says and with nothing for our sake.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { EmbeddedBroker } from '#src/transport/embedded/embedded-broker';
import { type Received, TestClient } from '../../broker/broker-bench';
import { Mosquitto, needsMosquitto } from '../../helpers/servers/mosquitto';
import { openPort } from '../../helpers/servers/open-port';

/** ms between two attempts to reach the other side */
const AGAIN = 50;

/** A client of either side, which answers what comes at QoS 1 and 2. */
async function clientAt(port: number, clientId: string): Promise<TestClient> {
  const client = new TestClient(connect(port, '127.0.0.1'), 5);
  client.acknowledges = true;
  client.connect(clientId);
  assert.equal((await client.next('connack')).reasonCode, 0);
  return client;
}

/** Everything that is published to `topic` or beneath it, with the flag as it was published. */
async function listen(client: TestClient, topic: string): Promise<void> {
  await client.subscribe(`${topic}/#`, { qos: 2, rap: true });
}

function received({ packets }: TestClient, topic: string): Received<'publish'>[] {
  return packets.all.flatMap((packet) => (packet.cmd === 'publish' && packet.topic.startsWith(topic) ? [packet] : []));
}

/** Publishes to `topic` until it comes to `to`: at QoS 0, nothing crosses a bridge that has not connected. */
async function untilBridged(from: TestClient, to: TestClient, topic: string): Promise<void> {
  await to.subscribe(topic);
  let arrived = false;
  const arrival = to.packets.find(topic, (packet) => packet.cmd === 'publish' && packet.topic === topic);
  const arriving = arrival.then(() => {
    arrived = true;
  });
  while (!arrived) {
    await from.publish(topic, 'x', { qos: 1 });
    await Promise.race([arriving, new Promise((resolve) => setTimeout(resolve, AGAIN))]);
  }
}

for (const version of ['mqttv311', 'mqttv50'] as const) {
  describe(`A bridge of mosquitto to the embedded broker, ${version}`, () => {
    let broker: EmbeddedBroker;
    let port = 0;
    let mosquitto: Mosquitto;
    let here: TestClient;
    let there: TestClient;

    /** What went through the bridge before these has come, both ways. */
    const settled = async (name: string): Promise<void> => {
      await untilBridged(here, there, `settled/${name}/there`);
      await untilBridged(there, here, `settled/${name}/here`);
    };

    const connectBoth = async (name: string): Promise<void> => {
      here = await clientAt(port, `here-${name}`);
      there = await clientAt(mosquitto.port, `there-${name}`);
      await settled(name);
    };

    before(async function () {
      needsMosquitto(this);
      broker = new EmbeddedBroker();
      port = await openPort(broker);
      const connection = ['connection house', `address 127.0.0.1:${port}`, 'topic # both 0', 'restart_timeout 1'];
      mosquitto = await Mosquitto.start({ config: [...connection, `bridge_protocol_version ${version}`] });
      await connectBoth('first');
    });
    after(async () => {
      await mosquitto?.stop();
      await broker?.close();
    });

    it("connects, and mosquitto's notification topic says so", async () => {
      await here.subscribe('$SYS/broker/connection/+/state');
      const { payload, retain } = await here.next('publish').then(function state(packet): Promise<typeof packet> {
        return packet.topic.startsWith('$SYS/') ? Promise.resolve(packet) : here.next('publish').then(state);
      });
      assert.deepEqual([payload.toString(), retain], ['1', true]);
    });

    it('passes each message once to the other side, and none back', async () => {
      for (const client of [here, there]) await listen(client, 'once');
      for (let number = 0; number < 50; number++) {
        await here.publish('once/from/here', String(number), { qos: number % 2 ? 1 : 0 });
        await there.publish('once/from/there', String(number), { qos: number % 2 ? 1 : 0 });
      }
      await settled('once');
      const expected = Array.from({ length: 50 }, (_, number) => String(number));
      for (const client of [here, there]) {
        for (const side of ['here', 'there']) {
          const texts = received(client, `once/from/${side}`).map(({ payload }) => payload.toString());
          assert.deepEqual(texts, expected);
        }
      }
    });

    it('keeps the retain flag in both directions, and clears what is cleared', async () => {
      await here.publish('kept/by/here', 'a', { qos: 1, retain: true });
      await there.publish('kept/by/there', 'b', { qos: 1, retain: true });
      await there.publish('gone/by/there', 'c', { qos: 1, retain: true });
      await settled('kept');
      await here.publish('gone/by/there', '', { qos: 1, retain: true });
      await settled('gone');
      for (const at of [port, mosquitto.port]) {
        const later = await clientAt(at, 'later');
        await listen(later, 'kept');
        await listen(later, 'gone');
        await later.publish('gone/end', 'end');
        await later.packets.find('end', (packet) => packet.cmd === 'publish' && packet.topic === 'gone/end');
        const found = later.packets.all.flatMap((packet) =>
          packet.cmd === 'publish' ? [`${packet.topic}=${packet.payload} ${packet.retain}`] : [],
        );
        assert.deepEqual(found.toSorted(), ['gone/end=end false', 'kept/by/here=a true', 'kept/by/there=b true']);
        await later.disconnect();
      }
    });

    it('comes back after mosquitto has been killed, with what is retained here', async () => {
      await mosquitto.restart();
      await connectBoth('mosquitto');
      await listen(there, 'kept');
      await there.packets.find('kept', (packet) => packet.cmd === 'publish' && packet.topic === 'kept/by/here');
    });

    it('comes back after the embedded broker has been started again, with what is retained there', async () => {
      await broker.close();
      broker = new EmbeddedBroker();
      await openPort(broker, { port });
      await connectBoth('broker');
      await listen(here, 'kept');
      await here.packets.find('kept', (packet) => packet.cmd === 'publish' && packet.topic === 'kept/by/here');
    });
  });
}
