// Requests over a connection: where they are answered, and how each ends.

import assert from 'node:assert/strict';
import { failure, outgoing } from './publications';
import { RequestBench, TIMEOUT } from './request-bench';

const own = (prefix: string): string => `${prefix}/${'01'.repeat(16)}`;
const OWN = own('mqtt-flows/response');

describe('connection/requests', () => {
  it('is published once its response topic is subscribed, at the same QoS', () => {
    const bench = new RequestBench();
    const transport = bench.connected();
    bench.ask('a', { publication: outgoing('a', 2) });
    assert.deepEqual(transport.packets, [`SUBSCRIBE ${OWN}`]);
    assert.equal(transport.subscribed[0]?.question.qos, 2);
    transport.subscribed[0]?.answer({ kind: 'granted', qos: 2 });
    assert.deepEqual(transport.packets, [`SUBSCRIBE ${OWN}`, 'PUBLISH a']);
    const { properties } = bench.published('a');
    assert.equal(properties?.responseTopic, OWN);
    assert.equal(properties?.correlationData?.length, 16);
  });

  it('gets its own reply, whatever the order', () => {
    const bench = new RequestBench();
    bench.answering();
    for (const name of ['a', 'b', 'c']) bench.ask(name);
    for (const name of ['c', 'a', 'b']) bench.reply(bench.published(name), `for ${name}`);
    assert.deepEqual(bench.log, ['c: for c', 'a: for a', 'b: for b']);
    assert.deepEqual(bench.requester.figures, { underWay: 0, waiting: 0, late: 0, roundTrip: 0 });
    bench.clock.advance(2 * TIMEOUT);
    assert.equal(bench.log.length, 3);
  });

  it('subscribes once for all requests, and again for a higher QoS', () => {
    const bench = new RequestBench();
    const transport = bench.answering();
    bench.ask('a', { publication: outgoing('a', 0) });
    bench.ask('b', { publication: outgoing('b', 0) });
    bench.ask('c', { publication: outgoing('c', 1) });
    assert.deepEqual(
      transport.subscribed.map(({ question }) => question.qos),
      [0, 1],
    );
    assert.deepEqual(transport.unsubscribed, []);
    bench.reply(bench.published('a'), 'x');
    assert.deepEqual(bench.log, ['a: x']);
  });

  it('ends without a reply, and says which steps were done', () => {
    const bench = new RequestBench();
    const transport = bench.answering();
    bench.ask('acknowledged');
    bench.ask('sent', { publication: outgoing('sent', 0) });
    delete transport.automatic.publish;
    bench.ask('unacknowledged');
    bench.clock.advance(TIMEOUT - 1);
    assert.deepEqual(bench.log, []);
    bench.clock.advance(1);
    assert.deepEqual(bench.log, [
      'acknowledged: request-timeout acknowledged',
      'sent: request-timeout sent',
      'unacknowledged: request-timeout unacknowledged',
    ]);
  });

  it('counts a late reply, and delivers it to nobody', () => {
    const bench = new RequestBench();
    bench.answering();
    bench.ask('a');
    bench.clock.advance(TIMEOUT);
    bench.ask('b');
    bench.reply(bench.published('a'), 'late');
    assert.deepEqual(bench.log, ['a: request-timeout acknowledged']);
    assert.equal(bench.requester.figures.late, 1);
    bench.reply(bench.published('b'), 'in time');
    assert.equal(bench.log[1], 'b: in time');
  });

  it('does not count a reply to an unknown request', () => {
    const bench = new RequestBench();
    bench.answering();
    bench.ask('a');
    bench.arrive(OWN, 'forged', { correlationData: Buffer.alloc(16, 0xee) });
    bench.arrive(OWN, 'bare');
    assert.equal(bench.requester.figures.late, 0);
    assert.deepEqual(bench.log, []);
  });

  it('collects replies in the order of arrival, up to a number', () => {
    const bench = new RequestBench();
    bench.answering();
    bench.ask('a', { replies: { most: 3, least: 1 } });
    const request = bench.published('a');
    for (const text of ['1', '2', '3', '4']) bench.reply(request, text);
    assert.deepEqual(bench.log, ['a: 1 2 3']);
    assert.equal(bench.requester.figures.late, 1);
  });

  it('ends with fewer replies at the timeout, unless a minimum is set', () => {
    const bench = new RequestBench();
    bench.answering();
    bench.ask('few', { replies: { most: 3, least: 1 } });
    bench.ask('too few', { replies: { most: 3, least: 2 } });
    bench.ask('all', { replies: { most: Number.POSITIVE_INFINITY, least: 1 } });
    bench.ask('none wanted', { replies: { most: Number.POSITIVE_INFINITY, least: 0 } });
    for (const name of ['few', 'too few', 'all', 'all']) bench.reply(bench.published(name), 'x');
    bench.clock.advance(TIMEOUT);
    assert.deepEqual(bench.log, ['few: x', 'too few: request-timeout acknowledgedx', 'all: x x', 'none wanted: ']);
    const [, tooFew] = bench.ends;
    assert.ok(tooFew && !tooFew.ok);
    assert.equal(tooFew.error.params.count, 1);
  });

  it('ends when its replies take too much memory, however many are wanted', () => {
    const bench = new RequestBench();
    bench.answering();
    bench.ask('a', { replies: { most: 100_000, least: 1 } });
    const request = bench.published('a');
    const large = 'x'.repeat(1024 * 1024);
    for (let count = 0; count < 70; count++) bench.reply(request, large);
    assert.equal(bench.ends[0]?.replies.length, 64);
    assert.equal(bench.requester.figures.late, 6);
  });

  it('has no result when it was never sent, even if no reply is needed', () => {
    const bench = new RequestBench();
    bench.connection.connect();
    bench.ask('a', { replies: { most: 3, least: 0 } });
    bench.clock.advance(TIMEOUT);
    assert.deepEqual(bench.log, ['a: request-timeout unsent']);
  });

  it('ends in its turn when thousands of others fail before it at once', () => {
    const bench = new RequestBench({ atATime: 100, waiting: 5000 });
    const transport = bench.connected();
    for (let n = 0; n < 5100; n++) bench.ask(`r${n}`);
    transport.subscribed[0]?.answer({ kind: 'refused', reasonCode: 0x87 });
    transport.automatic.subscribe = { kind: 'refused', reasonCode: 0x87 };
    bench.clock.advance(0);
    assert.equal(bench.ends.length, 5100);
    assert.deepEqual([bench.requester.figures.underWay, bench.requester.figures.waiting], [0, 0]);
  });

  it('is not published when its turn comes at the moment of its timeout', () => {
    const bench = new RequestBench({ atATime: 2, waiting: 10 });
    const transport = bench.answering();
    for (const name of ['a', 'b', 'c', 'd', 'e']) bench.ask(name);
    bench.clock.advance(TIMEOUT);
    assert.deepEqual(transport.topics, ['a', 'b']);
    assert.equal(bench.log[4], 'e: request-timeout unsent');
  });

  it('is refused where the server knows of no subscriber', () => {
    const bench = new RequestBench();
    const transport = bench.answering();
    transport.automatic.publish = { kind: 'acknowledged', reasonCode: 0x10 };
    bench.ask('a');
    assert.deepEqual(bench.log, ['a: request-refused acknowledged']);
    transport.automatic.publish = { kind: 'refused', reasonCode: 0x87 };
    bench.ask('b');
    assert.equal(bench.log[1], 'b: publication-refused unacknowledged');
  });

  it('fails where the response topic is refused', () => {
    const bench = new RequestBench();
    const transport = bench.answering();
    transport.automatic.subscribe = { kind: 'refused', reasonCode: 0x87 };
    bench.ask('a');
    assert.deepEqual(bench.log, ['a: subscription-refused unsent']);
    assert.deepEqual(transport.topics, []);
  });

  describe('where the server says where to answer', () => {
    it('uses that topic', () => {
      const bench = new RequestBench();
      bench.answering({ responseInformation: 'tenant/7/' });
      bench.ask('a', { responder: { kind: 'told', prefix: 'mine' } });
      assert.equal(bench.published('a').properties?.responseTopic, own('tenant/7'));
    });

    it('waits for the first connection, which tells', () => {
      const bench = new RequestBench();
      bench.connection.connect();
      bench.ask('a');
      assert.equal(bench.connection.outboxDepth, 0);
      bench.answering({ responseInformation: 'tenant' });
      assert.equal(bench.published('a').properties?.responseTopic, own('tenant'));
    });

    it('uses another topic when the response information is no topic', () => {
      const bench = new RequestBench();
      bench.answering({ responseInformation: 'all/#' });
      bench.ask('a', { responder: { kind: 'told', prefix: 'mine' } });
      assert.equal(bench.published('a').properties?.responseTopic, own('mine'));
    });
  });

  it('is an error over MQTT 3.1.1, which tells a responder nothing', () => {
    const bench = new RequestBench();
    bench.answering({ protocolVersion: 4 });
    bench.ask('a');
    assert.deepEqual(bench.log, ['a: request-needs-properties unsent']);
  });

  describe('when the connection is lost', () => {
    it('continues: the response topic is subscribed first, and replies still arrive', () => {
      const bench = new RequestBench();
      const first = bench.answering();
      bench.ask('a');
      const request = bench.published('a');
      first.lose(failure());
      bench.ask('b');
      bench.clock.advance(1000);
      const second = bench.answering();
      assert.deepEqual(second.packets, [`SUBSCRIBE ${OWN}`, 'PUBLISH b']);
      bench.reply(request, 'for a');
      bench.reply(bench.published('b'), 'for b');
      assert.deepEqual(bench.log, ['a: for a', 'b: for b']);
    });

    it('is not published after its timeout', () => {
      const bench = new RequestBench();
      bench.answering().lose(failure());
      // The first request fixes where it is answered.
      bench.ask('a');
      bench.clock.advance(TIMEOUT);
      assert.equal(bench.log.length, 1);
      assert.match(bench.log[0] ?? '', /^a: request-timeout un/);
      const transport = bench.answering();
      bench.clock.advance(2000);
      assert.deepEqual(transport.topics, []);
      assert.equal(bench.connection.outboxDepth, 0);
    });

    it('fails where the last server spoke MQTT 3.1.1, which tells a responder nothing', () => {
      const bench = new RequestBench();
      bench.answering({ protocolVersion: 4 }).lose(failure());
      bench.ask('a');
      assert.deepEqual(bench.log, ['a: request-needs-properties unsent']);
      assert.equal(bench.connection.outboxDepth, 0);
    });

    it('fails at once without a connection, if it is set not to wait', () => {
      const bench = new RequestBench();
      bench.ask('a', { whileOffline: 'fail' });
      bench.answering().lose(failure());
      bench.ask('b', { whileOffline: 'fail' });
      assert.deepEqual(bench.log, ['a: not-connected unsent', 'b: not-connected unacknowledged']);
    });
  });

  describe('when too many come', () => {
    it('waits for its turn while the timeout runs', () => {
      const bench = new RequestBench({ atATime: 1, waiting: 1 });
      const transport = bench.answering();
      for (const name of ['a', 'b', 'c']) bench.ask(name);
      assert.deepEqual(bench.log, ['c: request-overloaded unsent']);
      assert.deepEqual(transport.topics, ['a']);
      assert.deepEqual(bench.requester.figures, { underWay: 1, waiting: 1, late: 0, roundTrip: undefined });
      bench.reply(bench.published('a'), 'x');
      assert.deepEqual(transport.topics, ['a', 'b']);
      bench.clock.advance(TIMEOUT);
      assert.equal(bench.log.at(-1), 'b: request-timeout acknowledged');
    });

    it('may end while it waits, and makes room', () => {
      const bench = new RequestBench({ atATime: 1, waiting: 1 });
      bench.answering();
      bench.ask('a', { timeout: 2 * TIMEOUT });
      bench.ask('b');
      bench.clock.advance(TIMEOUT);
      assert.deepEqual(bench.log, ['b: request-timeout unsent']);
      bench.ask('c');
      assert.equal(bench.requester.figures.waiting, 1);
    });
  });

  it('ends with the connection', async () => {
    const bench = new RequestBench({ atATime: 2, waiting: 5 });
    const transport = bench.answering();
    bench.ask('a');
    delete transport.automatic.publish;
    for (const name of ['b', 'c']) bench.ask(name);
    const closed = bench.connection.close();
    bench.clock.advance(1000);
    await closed;
    assert.deepEqual([...bench.log].sort(), [
      'a: request-closed acknowledged',
      'b: connection-closed unacknowledged',
      'c: connection-closed unacknowledged',
    ]);
    bench.ask('d');
    assert.equal(bench.log.at(-1), 'd: request-closed unsent');
  });

  it('leaves no subscription in a session that the server keeps', async () => {
    const bench = new RequestBench();
    const transport = bench.answering();
    bench.subscribe('kept');
    bench.ask('a');
    await bench.connection.disconnect();
    assert.deepEqual(
      transport.unsubscribed.map(({ question }) => question),
      [OWN],
    );
    bench.connection.connect();
    bench.answering({ sessionPresent: true });
    assert.ok(bench.transport.packets.includes(`SUBSCRIBE ${OWN}`));
  });

  it('leaves the topic when nobody asks any more', () => {
    const bench = new RequestBench();
    const transport = bench.answering();
    bench.ask('a');
    bench.requester.close();
    bench.topics.close();
    bench.clock.advance(0);
    assert.deepEqual(
      transport.unsubscribed.map(({ question }) => question),
      [OWN],
    );
  });
});
