// Devices like those with Tasmota or ESPHome: MQTT 3.1.1, no Clean Session, a buffer of a few hundred bytes that is read now and
// then, and a PINGREQ exactly when the keep-alive is over.

import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { BrokerBench, type TestClient } from './broker-bench';

const KEEP_ALIVE = 30;
const AS_DEVICE = { protocolVersion: 4, clean: false, keepalive: KEEP_ALIVE } as const;

describe('broker: a small device', () => {
  let bench: BrokerBench;
  let device: TestClient;
  beforeEach(async () => {
    bench = await BrokerBench.start();
    const will = { topic: 'tele/plug/LWT', payload: Buffer.from('Offline'), qos: 1 as const, retain: true };
    device = await bench.connect('plug', { ...AS_DEVICE, will });
    device.acknowledges = true;
    await device.publish('tele/plug/LWT', 'Online', { qos: 1, retain: true });
    await device.subscribe('cmnd/plug/#', { qos: 1 });
  });
  afterEach(() => bench.close());

  it('stays connected for hours if it sends PINGREQ at the end of its keep-alive, or a second late', async () => {
    const watcher = await bench.connect('watcher');
    await watcher.subscribe('tele/plug/LWT');
    assert.deepEqual(await watcher.messages(1), ['tele/plug/LWT=Online']);
    for (let pings = 0; pings < 240; pings++) {
      for (let second = 0; second < KEEP_ALIVE + (pings % 2); second++) bench.clock.advance(1);
      device.send({ cmd: 'pingreq' });
      await device.next('pingresp');
    }
    await watcher.quiet();
  });

  it('gets queued commands in order when it is back, and its will was published meanwhile', async () => {
    const controller = await bench.connect('controller');
    await controller.subscribe('tele/plug/LWT', { rh: 2 });
    device.drop();
    assert.deepEqual(await controller.messages(1), ['tele/plug/LWT=Offline']);
    for (const command of ['ON', 'OFF', 'TOGGLE']) await controller.publish('cmnd/plug/POWER', command, { qos: 1 });
    const again = bench.open(4);
    again.acknowledges = true;
    again.connect('plug', AS_DEVICE);
    assert.equal((await again.next('connack')).sessionPresent, true);
    const expected = ['ON', 'OFF', 'TOGGLE'].map((command) => `cmnd/plug/POWER=${command}`);
    assert.deepEqual(await again.messages(3), expected);
  });

  it('gets a burst that exceeds its buffer completely, as it reads', async () => {
    const controller = await bench.connect('controller');
    device.stream.pause();
    const payload = 'x'.repeat(400);
    for (let number = 0; number < 300; number++) {
      await controller.publish('cmnd/plug/backlog', `${number} ${payload}`, { qos: 1 });
    }
    // One read of what is there, then nothing for a while, as a loop() with other work.
    const reads = setInterval(() => {
      device.stream.resume();
      setImmediate(() => device.stream.pause());
    }, 2);
    const texts = await device.messages(300).finally(() => clearInterval(reads));
    assert.deepEqual(
      texts.map((text) => Number.parseInt(text.split('=')[1] ?? '', 10)),
      Array.from({ length: 300 }, (_, number) => number),
    );
    device.stream.resume();
    await turn();
  });
});
