// The examples of requests, as they are imported: what they say happens.

import assert from 'node:assert/strict';
import { ExampleFlow } from '../helpers/flows/example-flow';
import { type FlowMessage, unloadFlow } from '../helpers/flows/flow-harness';

describe('the examples of requests', () => {
  afterEach(unloadFlow);

  it('5: a flow answers', async () => {
    const example = await ExampleFlow.run('5 ');
    example.press('ask for the temperature');
    const { payload } = await example.shown('answer received').next();
    assert.deepEqual(payload, { room: 'kitchen', temperature: 21.5 });
  });

  it('5a: a Tasmota plug tells its state', async () => {
    const example = await ExampleFlow.run('5a ');
    const state = example.shown('state of the plug');
    const told = async (button: string): Promise<FlowMessage> => {
      example.press(button);
      return state.next();
    };
    assert.equal((await told('is it on?')).payload, 'OFF');
    const { payload, topic, device } = await told('switch the lamp');
    assert.deepEqual([payload, topic, device], ['ON', 'stat/lamp/POWER', 'lamp']);
    assert.equal((await told('is it on?')).payload, 'ON');
  });

  it('5b: Zigbee2MQTT reads a value', async () => {
    const example = await ExampleFlow.run('5b ');
    example.press('is the lamp on?');
    const { payload } = await example.shown('state of the lamp').next();
    assert.deepEqual(payload, { state: 'ON', brightness: 254, linkquality: 120 });
  });

  it('5c: a Shelly answers by the id of the request', async () => {
    const example = await ExampleFlow.run('5c ');
    example.press('is the switch on?');
    example.press('is the switch on?');
    const answers = await example.shown('answer of the Shelly').first(2);
    for (const { payload, topic } of answers) {
      assert.equal(topic, 'node-red/rpc');
      assert.deepEqual((payload as { result: object }).result, { id: 0, output: true });
    }
  });

  it('5d: two responders share the work', async () => {
    const example = await ExampleFlow.run('5d ');
    example.press('ten questions');
    const answers = (await example.shown('answer').first(10)).map(
      ({ payload }) => payload as { number: number; square: number; responder: number },
    );
    assert.deepEqual(
      answers.map(({ square }) => square).sort((a, b) => a - b),
      [1, 4, 9, 16, 25, 36, 49, 64, 81, 100],
    );
    assert.deepEqual(new Set(answers.map(({ responder }) => responder)), new Set([1, 2]));
  });
});
