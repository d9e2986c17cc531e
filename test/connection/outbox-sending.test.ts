// How an outbox sends: order, in-flight limit, and the answers of the server.

import assert from 'node:assert/strict';
import { answer, Bench, errorOf, OK, settlementOf } from './outbox-bench';
import { outgoing } from './publications';

describe('the outbox, sending', () => {
  describe('sending', () => {
    it('publications wait without a connection, and are sent in order once there is one', () => {
      const bench = new Bench();
      bench.acceptAll('a', 'b', 'c');
      assert.equal(bench.outbox.depth, 3);
      const transport = bench.attach();
      assert.deepEqual(transport.topics, ['a', 'b', 'c']);
      assert.deepEqual(bench.log, []);
    });

    it('a publication is sent at once on a connection', () => {
      const bench = new Bench();
      const transport = bench.attach();
      bench.accept('a');
      assert.deepEqual(transport.topics, ['a']);
    });

    it('a publication is sent unchanged', () => {
      const bench = new Bench();
      const transport = bench.attach();
      const publication = outgoing('a', 2, {
        payload: Buffer.from('x'),
        retain: true,
        properties: { contentType: 'x' },
      });
      bench.outbox.accept(publication, bench.settlements.of('a'));
      assert.equal(transport.published[0]?.question, publication);
    });

    it('no more than 100 are unacknowledged at once, however many the server allows', () => {
      const bench = new Bench();
      const transport = bench.attach({ receiveMaximum: 65_535 });
      for (let i = 0; i < 250; i++) bench.accept(`t${i}`);
      assert.equal(transport.published.length, 100);
      answer(transport, 't50');
      assert.equal(transport.published.length, 101);
      assert.equal(transport.topics.at(-1), 't100');
      assert.equal(bench.outbox.depth, 249);
    });

    for (const receiveMaximum of [1, 3]) {
      it(`no more than ${receiveMaximum} are unacknowledged where the server allows ${receiveMaximum}`, () => {
        const bench = new Bench();
        const transport = bench.attach({ receiveMaximum });
        bench.acceptAll('a', 'b', 'c', 'd', 'e');
        assert.equal(transport.published.length, receiveMaximum);
        answer(transport, 'a');
        assert.equal(transport.published.length, receiveMaximum + 1);
      });
    }

    it('no more than ten exchanges of QoS 2 are open at a server of MQTT 3.1.1, which cannot name its window', () => {
      const bench = new Bench();
      const transport = bench.attach({ protocolVersion: 4, receiveMaximum: 65_535 });
      for (let i = 0; i < 12; i++) bench.outbox.accept(outgoing(`t${i}`, 2), bench.settlements.of(`t${i}`));
      assert.equal(transport.published.length, 10);
      answer(transport, 't3');
      assert.deepEqual([transport.published.length, transport.topics.at(-1)], [11, 't10']);
    });

    it('QoS 2 has the window that an MQTT 5 server names', () => {
      const bench = new Bench();
      const transport = bench.attach({ protocolVersion: 5, receiveMaximum: 20 });
      for (let i = 0; i < 25; i++) bench.outbox.accept(outgoing(`t${i}`, 2), bench.settlements.of(`t${i}`));
      assert.equal(transport.published.length, 20);
    });

    it('the window is that of the present server', () => {
      const bench = new Bench();
      bench.lose(bench.attach({ receiveMaximum: 1 }));
      bench.acceptAll('a', 'b', 'c');
      assert.deepEqual(bench.attach({ receiveMaximum: 2 }).topics, ['a', 'b']);
    });

    it('nothing is sent while the stream is full, and sending continues when it drains', () => {
      const bench = new Bench();
      const transport = bench.attach();
      bench.accept('a');
      transport.fill();
      bench.acceptAll('b', 'c');
      answer(transport, 'a');
      assert.deepEqual(transport.topics, ['a']);
      transport.drain();
      assert.deepEqual(transport.topics, ['a', 'b', 'c']);
    });

    it('a stream that is full at the start holds all back', () => {
      const bench = new Bench();
      bench.acceptAll('a', 'b');
      const transport = bench.attach({}, (full) => full.fill());
      assert.deepEqual(transport.topics, []);
      transport.drain();
      assert.deepEqual(transport.topics, ['a', 'b']);
    });

    it('10,000 publications that the stream takes at once do not use up the stack', () => {
      const bench = new Bench({ maxMessages: 100_000 });
      for (let i = 0; i < 10_000; i++) bench.accept(`t${i}`, 0);
      const transport = bench.attach({ receiveMaximum: 1 }, ({ automatic }) => {
        automatic.publish = OK;
      });
      assert.equal(transport.published.length, 10_000);
      assert.equal(bench.log.length, 10_000);
      assert.equal(bench.log.at(-1), 't9999 ok 0');
      assert.equal(bench.outbox.depth, 0);
    });
  });

  describe('what the server says', () => {
    for (const qos of [0, 1, 2] as const) {
      it(`a publication with QoS ${qos} is settled when it is acknowledged`, () => {
        const bench = new Bench();
        const transport = bench.attach();
        bench.accept('a', qos);
        assert.deepEqual(bench.log, []);
        assert.equal(bench.outbox.depth, 1);
        answer(transport, 'a');
        assert.deepEqual(bench.log, ['a ok 0']);
        assert.equal(bench.outbox.depth, 0);
      });
    }

    it('the reason code of the acknowledgement is passed on', () => {
      const bench = new Bench();
      const transport = bench.attach();
      bench.accept('a');
      answer(transport, 'a', 0x10);
      assert.deepEqual(bench.log, ['a ok 16']);
    });

    it('a refusal is an error with the reason code, and the others continue', () => {
      const bench = new Bench();
      const transport = bench.attach({ receiveMaximum: 1 });
      const found = settlementOf(bench, outgoing('a'));
      bench.accept('b');
      answer(transport, 'a', 0x87);
      const error = errorOf(found.latest);
      assert.equal(error.code, 'publication-refused');
      assert.equal(error.stage, 'publish');
      assert.equal(error.reasonCode, 0x87);
      assert.deepEqual(transport.topics, ['a', 'b']);
      assert.equal(bench.outbox.depth, 1);
    });

    it('answers may come in any order', () => {
      const bench = new Bench();
      const transport = bench.attach();
      bench.acceptAll('a', 'b', 'c');
      for (const topic of ['c', 'a', 'b']) answer(transport, topic);
      assert.deepEqual(bench.log, ['c ok 0', 'a ok 0', 'b ok 0']);
    });
  });

  describe('the limits of the server', () => {
    for (const [name, publication, info, code, reasonCode] of [
      ['a QoS above its maximum', outgoing('a', 2), { maximumQoS: 1 }, 'publication-refused', 0x9b],
      ['QoS 1 where it knows QoS 0 only', outgoing('a', 1), { maximumQoS: 0 }, 'publication-refused', 0x9b],
      [
        'a retained publication where it keeps none',
        outgoing('a', 0, { retain: true }),
        { retainAvailable: false },
        'publication-refused',
        0x9a,
      ],
      [
        'a publication larger than its maximum',
        outgoing('a', 0, { payload: Buffer.alloc(100) }),
        { maximumPacketSize: 100 },
        'publication-too-large',
        0x95,
      ],
    ] as const) {
      it(`${name} is refused without being sent, and the next one is sent`, () => {
        const bench = new Bench();
        const transport = bench.attach(info);
        const found = settlementOf(bench, publication);
        bench.accept('next', 0);
        const error = errorOf(found.latest);
        assert.equal(error.code, code);
        assert.equal(error.reasonCode, reasonCode);
        assert.deepEqual(transport.topics, ['next']);
        assert.equal(bench.outbox.depth, 1);
      });
    }

    it('a publication that is just as large as the maximum is sent', () => {
      const bench = new Bench();
      // Type, length, topic with its length, no properties, payload.
      const transport = bench.attach({ maximumPacketSize: 1 + 1 + 3 + 1 + 100 });
      bench.accept('a', 0, { payload: Buffer.alloc(100) });
      bench.accept('b', 0, { payload: Buffer.alloc(101) });
      bench.accept('c', 1, { payload: Buffer.alloc(99) });
      assert.deepEqual(transport.topics, ['a']);
      assert.deepEqual(
        bench.log.filter((line) => !line.startsWith('a')),
        ['b publication-too-large', 'c publication-too-large'],
      );
    });

    it('a waiting publication is checked against the limits of the next server', () => {
      const bench = new Bench();
      bench.acceptAll('a', 'b');
      bench.accept('c', 0);
      const transport = bench.attach({ maximumQoS: 0 });
      assert.deepEqual(bench.log, ['a publication-refused', 'b publication-refused']);
      assert.deepEqual(transport.topics, ['c']);
    });

    it('the size of a refused publication is named, with the limit', () => {
      const bench = new Bench();
      bench.attach({ maximumPacketSize: 10 });
      const found = settlementOf(bench, outgoing('ä', 0, { payload: 'öööö🌡' }));
      assert.deepEqual(errorOf(found.latest).params, { bytes: 19, limit: 10 });
    });

    it('a refused publication no longer counts', () => {
      const bench = new Bench({ maxMessages: 1, maxBytes: 100 });
      bench.attach({ maximumPacketSize: 10 });
      for (const topic of ['a', 'b', 'c']) bench.accept(topic, 0, { payload: 'x'.repeat(90) });
      assert.deepEqual(bench.log, ['a publication-too-large', 'b publication-too-large', 'c publication-too-large']);
    });
  });
});
