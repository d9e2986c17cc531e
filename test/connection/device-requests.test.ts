// Requests to devices that answer under topics of their own: which reply is whose.

import assert from 'node:assert/strict';
import type { AcceptsReply } from '#src/connection/requests/pending-request';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { failed, found } from '#src/core/errors/result';
import { device, RequestBench, TIMEOUT } from './request-bench';

const holds = (text: string): AcceptsReply => {
  return ({ payload }) => found(payload.toString().includes(text));
};
const slowly = (accepts: AcceptsReply): AcceptsReply => {
  return async (reply) => accepts(reply);
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('connection/requests to devices', () => {
  it('is answered under the topic of the device, with any version of MQTT', () => {
    const bench = new RequestBench();
    const transport = bench.answering({ protocolVersion: 4 });
    bench.ask('cmnd/x/POWER', { responder: device('stat/x/POWER') });
    assert.deepEqual(transport.packets, ['SUBSCRIBE stat/x/POWER', 'PUBLISH cmnd/x/POWER']);
    assert.equal(bench.published('cmnd/x/POWER').properties, undefined);
    bench.arrive('stat/x/POWER', 'ON');
    assert.deepEqual(bench.log, ['cmnd/x/POWER: ON']);
  });

  it('waits while another request takes any message on that topic', () => {
    const bench = new RequestBench();
    const transport = bench.answering();
    for (const name of ['a', 'b', 'c']) bench.ask(name, { responder: device('stat/x') });
    bench.ask('other', { responder: device('stat/y') });
    assert.deepEqual(transport.topics, ['a', 'other']);
    bench.arrive('stat/x', '1');
    assert.deepEqual(transport.topics, ['a', 'other', 'b']);
    bench.arrive('stat/x', '2');
    bench.arrive('stat/x', '3');
    assert.deepEqual(bench.log, ['a: 1', 'b: 2', 'c: 3']);
  });

  it('lets thousands of requests wait for one that takes long, and all end', () => {
    const bench = new RequestBench({ atATime: 20_000, waiting: 0 });
    const transport = bench.answering();
    bench.ask('long', { responder: device('stat/x'), timeout: 10 * TIMEOUT });
    for (let n = 0; n < 10_000; n++) bench.ask('short', { responder: device('stat/x') });
    bench.clock.advance(TIMEOUT);
    assert.equal(bench.ends.length, 10_000);
    bench.ask('last', { responder: device('stat/x'), timeout: 10 * TIMEOUT });
    bench.arrive('stat/x', '1');
    bench.arrive('stat/x', '2');
    assert.deepEqual(bench.log.slice(10_000), ['long: 1', 'last: 2']);
    assert.deepEqual(transport.topics, ['long', 'last']);
  });

  it('is told from other requests by its condition', () => {
    const bench = new RequestBench();
    const transport = bench.answering();
    for (const name of ['a', 'b']) bench.ask(name, { responder: device('rpc', holds(name)) });
    assert.deepEqual(transport.topics, ['a', 'b']);
    for (const text of ['neither', 'for b', 'for a']) bench.arrive('rpc', text.replace('neither', 'no'));
    assert.deepEqual(bench.log, ['b: for b', 'a: for a']);
  });

  it('keeps the order of the replies while conditions take time', async () => {
    const bench = new RequestBench();
    bench.answering();
    bench.ask('a', { responder: device('rpc', slowly(holds('a'))), replies: { most: 2, least: 1 } });
    bench.ask('b', { responder: device('rpc', slowly(holds('b'))) });
    for (const text of ['a1', 'b1', 'a2']) bench.arrive('rpc', text);
    await turn();
    assert.deepEqual(bench.log, ['b: b1', 'a: a1 a2']);
  });

  it('takes no reply that the condition of another request may match', () => {
    const bench = new RequestBench();
    bench.answering();
    bench.ask('any', { responder: device('rpc') });
    bench.ask('particular', { responder: device('rpc', holds('7')) });
    bench.arrive('rpc', '7');
    bench.arrive('rpc', '8');
    assert.deepEqual(bench.log, ['particular: 7', 'any: 8']);
  });

  it('fails when its condition does, and others get the reply', () => {
    const bench = new RequestBench();
    bench.answering();
    const broken = failed(new MqttFlowsError('value-unavailable', { stage: 'request' }));
    bench.ask('broken', { responder: device('rpc', () => broken) });
    bench.ask('sound', { responder: device('rpc', holds('x')) });
    bench.arrive('rpc', 'x');
    assert.deepEqual(bench.log, ['broken: value-unavailable acknowledged', 'sound: x']);
  });

  it('gets no message that was retained before', () => {
    const bench = new RequestBench();
    const transport = bench.answering({ protocolVersion: 4 });
    bench.ask('a', { responder: device('stat/x') });
    transport.message({
      topic: 'stat/x',
      payload: Buffer.from('old'),
      qos: 0,
      retain: true,
      dup: false,
      subscriptionIdentifiers: [],
    });
    assert.deepEqual(bench.log, []);
    bench.arrive('stat/x', 'new');
    assert.deepEqual(bench.log, ['a: new']);
  });

  it('counts the late reply of a device that nobody is asking any more', () => {
    const bench = new RequestBench();
    bench.answering();
    bench.ask('a', { responder: device('stat/x') });
    bench.clock.advance(TIMEOUT);
    bench.arrive('stat/x', 'late');
    bench.arrive('stat/x', 'unasked');
    assert.equal(bench.requester.figures.late, 1);
  });

  it('stays subscribed for a minute, for the next one', () => {
    const bench = new RequestBench();
    const transport = bench.answering();
    bench.ask('a', { responder: device('stat/x') });
    bench.arrive('stat/x', '1');
    bench.clock.advance(59_000);
    bench.ask('b', { responder: device('stat/x') });
    bench.arrive('stat/x', '2');
    assert.equal(transport.subscribed.length, 1);
    bench.clock.advance(59_000);
    assert.equal(transport.unsubscribed.length, 0);
    bench.clock.advance(2000);
    assert.deepEqual(
      transport.unsubscribed.map(({ question }) => question),
      ['stat/x'],
    );
    bench.ask('c', { responder: device('stat/x') });
    assert.equal(transport.subscribed.length, 2);
  });
});
