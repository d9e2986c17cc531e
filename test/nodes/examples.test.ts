// The examples do what their comments say.

import assert from 'node:assert/strict';
import { ExampleFlow } from '../helpers/flows/example-flow';
import { type FlowMessage, unloadFlow } from '../helpers/flows/flow-harness';

const payloads = (messages: readonly FlowMessage[]): unknown[] => messages.map(({ payload }) => payload);

describe('the examples', () => {
  afterEach(unloadFlow);

  it('1: a message arrives, with the name of the room', async () => {
    const example = await ExampleFlow.run('1 ');
    example.press('say hello');
    const { payload, params } = await example.shown('received').next();
    assert.deepEqual([payload, params], ['Hello from MQTT Flows', { room: 'kitchen' }]);
  });

  it('1a: a device says what it is', async () => {
    const example = await ExampleFlow.run('1a ');
    const state = example.shown('state of the lamp');
    for (const [button, expected] of [
      ['on', 'ON'],
      ['toggle', 'OFF'],
      ['toggle', 'ON'],
      ['off', 'OFF'],
    ] as const) {
      example.press(button);
      assert.equal((await state.next()).payload, expected, button);
    }
  });

  it('1b: bytes become numbers', async () => {
    const example = await ExampleFlow.run('1b ');
    example.press('measure');
    const { payload } = await example.shown('values').next();
    const { temperature, ...others } = payload as { temperature: number };
    assert.ok(temperature >= -2.5 && temperature <= 2.5, String(temperature));
    assert.deepEqual(others, { device: 'greenhouse', pressure: 1013.2, battery: 87 });
  });

  it('2: messages are routed by topic and value', async () => {
    const example = await ExampleFlow.run('2 ');
    for (const button of ['press temperature', 'saw speed', 'hall door']) example.press(button);
    assert.equal((await example.shown('temperatures').next()).topic, 'temperature/line1/press');
    assert.deepEqual(payloads(await example.shown('all quantities').first(2)), [71.5, 1400]);
    assert.deepEqual(payloads([await example.shown('more than 1000').next()]), [1400]);
    assert.equal((await example.shown('otherwise').next()).topic, 'plant/door');
  });

  it('2a: parts are counted for each machine', async () => {
    const example = await ExampleFlow.run('2a ');
    const machines = ['press', 'saw', 'press'];
    for (const machine of machines) example.give('the parts', { topic: `parts/${machine}/done`, payload: 1 });
    const counts = example.shown('parts');
    // The objects come from the context of the function node.
    assert.equal(JSON.stringify((await counts.first(3))[2]?.payload), '{"press":2,"saw":1}');
    example.press('begin anew');
    assert.equal(JSON.stringify((await counts.first(4))[3]?.payload), '{}');
  });

  it('2b: a busy topic is slowed down, and its last value comes', async () => {
    const example = await ExampleFlow.run('2b ');
    example.give('the values', { topic: 'fast/current', payload: 1 });
    for (const payload of [1, 2, 3]) example.give('the values', { topic: 'fast/vibration', payload });
    const shown = (await example.shown('slow enough').first(3)).map(({ topic, payload }) => [topic, payload]);
    assert.deepEqual(shown, [
      ['fast/current', 1],
      ['fast/vibration', 1],
      ['fast/vibration', 3],
    ]);
  });

  it('3a: an order that fails becomes a dead letter with its reason', async () => {
    const example = await ExampleFlow.run('3a ');
    example.press('a good order');
    example.press('a broken order');
    const [good, dead] = await example.shown('done, or a dead letter').first(2);
    assert.deepEqual([good?.topic, good?.payload], ['jobs/orders', { order: 'A-1', amount: 3 }]);
    assert.deepEqual([dead?.topic, dead?.payload], ['dead/jobs/orders', { order: 'A-2' }]);
    assert.deepEqual(dead?.userProperties, { reason: 'Error: A-2 has no amount' });
  });

  it('4: an order is acknowledged or refused', async () => {
    const example = await ExampleFlow.run('4 ');
    example.press('order without an amount');
    example.press('good order');
    assert.deepEqual((await example.shown('refused').next()).payload, { item: 'pump' });
    assert.deepEqual((await example.shown('acknowledged').next()).payload, { item: 'pump', amount: 2 });
  });

  it('5e: a device answers, and of another one hears that it does not', async () => {
    const example = await ExampleFlow.run('5e ');
    example.press('ask the pump');
    example.press('ask the lamp');
    assert.deepEqual((await example.shown('reply').next()).payload, { on: true });
    const { error } = (await example.shown('no reply').next()) as { error?: { code?: string } };
    assert.equal(error?.code, 'request-timeout');
  });

  it('6: a report is published below its line and machine', async () => {
    const example = await ExampleFlow.run('6 ');
    example.press('send a report');
    const { topic, userProperties } = await example.shown('received').next();
    assert.deepEqual([topic, userProperties], ['factory/7/press/report', { unit: '°C' }]);
    example.press('clear it');
    assert.equal((await example.shown('received').next()).payload, '');
  });

  it('6a: the last value is there when it is asked for', async () => {
    const example = await ExampleFlow.run('6a ');
    for (const room of ['hall', 'kitchen']) {
      example.give('the rooms', { topic: `last/${room}/temperature`, payload: 20 });
    }
    example.press('the cellar');
    assert.equal((await example.shown('not known').next()).topic, 'last/cellar/temperature');
    example.press('the hall');
    const last = example.shown('last value');
    const { payload, age } = await last.next();
    assert.equal(payload, 20);
    assert.ok(typeof age === 'number' && age >= 0);
    example.press('all rooms');
    const rooms = (await last.first(3)).slice(1).map(({ topic }) => topic);
    assert.deepEqual(rooms.sort(), ['last/hall/temperature', 'last/kitchen/temperature']);
  });

  it('6b: a bridge copies both ways with all properties, and nothing goes round', async () => {
    const example = await ExampleFlow.run('6b ');
    const arrived = example.shown('arrived');
    example.press('measured here');
    const up = await arrived.next();
    assert.equal(up.topic, 'site1/shed/stat/temperature');
    assert.deepEqual([up.payload, up.qos, up.retain], [Buffer.from('21.5'), 1, true]);
    assert.deepEqual([up.contentType, up.userProperties], ['text/plain', { unit: '°C' }]);
    example.press('switched there');
    const down = await arrived.next();
    assert.deepEqual([down.topic, down.payload], ['shed/cmnd/fan', Buffer.from('ON')]);
    // A message that goes round would come before one that is published after it.
    example.press('measured here');
    assert.equal((await arrived.next()).topic, 'site1/shed/stat/temperature');
    assert.equal(arrived.all.length, 3);
  });

  it('6c: a device is announced when Home Assistant starts, and answers', async () => {
    const example = await ExampleFlow.run('6c ');
    const heard = example.shown('what Home Assistant hears');
    assert.equal((await heard.find('birth', ({ topic }) => topic === 'lamp/availability')).payload, 'online');
    example.give('Home Assistant', { topic: 'homeassistant/status', payload: 'offline' });
    example.press('Home Assistant starts');
    const announced = await heard.find('announcement', ({ topic }) =>
      String(topic).startsWith('homeassistant/device/'),
    );
    const { cmps } = announced.payload as { cmps: Record<string, { command_topic: string }> };
    assert.equal(cmps.lamp?.command_topic, 'lamp/set');
    example.press('Home Assistant: switch on');
    assert.equal((await heard.find('state', ({ topic }) => topic === 'lamp/state')).payload, 'ON');
    const announcements = heard.all.filter(({ topic }) => topic === announced.topic);
    assert.equal(announcements.length, 1, 'nothing is announced when Home Assistant stops');
  });

  it('7: a message adds routes', async () => {
    const example = await ExampleFlow.run('7 ');
    example.press('yard/gate/2');
    assert.equal((await example.shown('otherwise').next()).topic, 'yard/gate/2');
    example.press('add routes');
    example.press('yard/gate/2');
    assert.equal((await example.shown('from a route').next()).topic, 'outside/gate/2');
  });

  it('8: a message subscribes', async () => {
    const example = await ExampleFlow.run('8 ');
    example.press('subscribe to the hall');
    await example.flow.completed.next();
    example.press('hall/light');
    assert.equal(
      (await example.shown('what arrives').find('light', ({ topic }) => topic === 'hall/light')).payload,
      'on',
    );
  });

  it('8a: a filter follows the context', async () => {
    const example = await ExampleFlow.run('8a ');
    const arrives = example.shown('what arrives');
    const pressed = async (choice: string, count: number): Promise<unknown[]> => {
      example.press(choice);
      await example.flow.completed.next();
      const before = arrives.all.length;
      example.press('all gauges');
      await example.flow.completed.next();
      return (await arrives.first(before + count)).slice(before).map(({ topic }) => topic);
    };
    assert.deepEqual(await pressed('gauge b', 2), ['gauges/b/temp', 'alarms/plant/press']);
    assert.deepEqual(await pressed('no gauge', 3), ['gauges/a/temp', 'gauges/b/temp', 'alarms/plant/press']);
    assert.deepEqual(example.flow.caughtCodes, []);
  });

  it('9: each format is decoded', async () => {
    const example = await ExampleFlow.run('9 ');
    const received = example.shown('received');
    example.press('all devices send');
    const decoded = new Map((await received.first(5)).map(({ topic, payload }) => [topic, payload]));
    assert.deepEqual(decoded.get('devices/meter'), { volume: 12.75, unit: 'm³', valve: true });
    const gateway = decoded.get('devices/gateway') as { readonly sensors: readonly object[] };
    assert.equal(gateway.sensors.length, 2);
    const birth = decoded.get('spBv1.0/plant/NBIRTH/line1') as {
      readonly metrics: readonly { readonly value: number }[];
    };
    assert.equal(birth.metrics[0]?.value, 21.5);
    assert.deepEqual(decoded.get('devices/counter'), { count: 1024, since: '06:00' });
    assert.deepEqual(decoded.get('devices/pump'), { pressure: 2.5, running: true });
  });

  it('9e: the lamp is asked at connection, without an inject node', async () => {
    const example = await ExampleFlow.run('9e ');
    const { payload } = await example.shown('state of the lamp').next();
    const { asked, ...others } = payload as { asked: unknown };
    assert.deepEqual([typeof asked, others], ['number', { on: true }]);
  });

  it('9b: what changes becomes a row', async () => {
    const example = await ExampleFlow.run('9b');
    example.press('every second');
    const rows = (await example.shown('to the database').first(2)).map(({ payload }) => payload as { what: string });
    assert.deepEqual(rows.map(({ what }) => what).sort(), ['door', 'temperature']);
  });
});
