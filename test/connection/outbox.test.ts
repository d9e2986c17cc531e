// What waits to be sent: order, window, limits, and every publication settled exactly once on every path.

import assert from 'node:assert/strict';
import { Outbox, type OutboxLimits } from '#src/connection/outbox';
import {
  defaultPublishOptions,
  type LostPublication,
  type PublishOptions,
  type Settlement,
} from '#src/connection/publish-options';
import type { MqttFlowsError } from '#src/core/mqtt-flows-error';
import type { OutgoingPublication, QoS } from '#src/core/publication';
import type { ServerInfo } from '#src/transport/transport';
import { generator } from '../core/random';
import { FakeNetwork, type FakeTransport, serverInfo } from '../helpers/fake-transport';
import { failure, outgoing } from './publications';
import { Settlements } from './settlements';

const ROOMY: OutboxLimits = { maxMessages: 1000, maxBytes: 1_000_000, overflow: 'reject' };
const OK = { kind: 'acknowledged', reasonCode: 0 } as const;

/** An outbox, and a server that a test attaches and takes away. */
class Bench {
  readonly outbox: Outbox;
  readonly settlements = new Settlements();
  readonly thrown: Error[] = [];
  /** What was lost after its publisher had been told that the outbox has it. */
  readonly lost: LostPublication[] = [];
  readonly #network = new FakeNetwork();

  constructor(limits: Partial<OutboxLimits> = {}) {
    this.outbox = new Outbox({ ...ROOMY, ...limits }, (error, lost) => {
      if (lost) this.lost.push(lost);
      else this.thrown.push(error);
    });
  }

  /** What became of which publication, in the order in which it became known. */
  get log(): readonly string[] {
    return this.settlements.log;
  }

  accept(topic: string, qos: QoS = 1, overrides: Partial<OutgoingPublication> = {}): void {
    this.outbox.accept(outgoing(topic, qos, overrides), this.settlements.of(topic));
  }

  acceptWith(topic: string, options: Partial<PublishOptions>): void {
    this.outbox.accept(outgoing(topic), this.settlements.of(topic), { ...defaultPublishOptions, ...options });
  }

  acceptAll(...topics: readonly string[]): void {
    for (const topic of topics) this.accept(topic);
  }

  /** A connected transport as the outbox gets it from the connection. */
  attach(info: Partial<ServerInfo> = {}, prepare: (transport: FakeTransport) => void = () => {}): FakeTransport {
    const transport = this.#network.openTransport(
      () => Promise.reject(failure()),
      { protocolVersion: 5, clientId: 'test', keepalive: 60, cleanStart: true },
      { stage() {}, connected() {}, message() {}, writable: () => this.outbox.pump(), closed() {} },
    );
    assert.equal(transport, this.#network.latest);
    this.#network.latest.connect(info);
    prepare(this.#network.latest);
    this.outbox.attach(this.#network.latest, serverInfo(info));
    return this.#network.latest;
  }

  /** The stream is lost, as the connection passes it on. */
  lose(transport: FakeTransport): void {
    transport.lose(failure());
    this.outbox.detach();
  }

  /** The server ends the connection over something it was sent. */
  refuse(transport: FakeTransport): void {
    const error = failure('disconnected-by-server');
    transport.lose(error);
    this.outbox.detach(error);
  }
}

/** Answers the publication of a topic that was sent last. */
function answer(transport: FakeTransport, topic: string, reasonCode = 0): void {
  const sent = transport.published.findLast(({ question }) => question.topic === topic);
  assert.ok(sent, `"${topic}" was sent`);
  sent.answer({ kind: reasonCode < 0x80 ? 'acknowledged' : 'refused', reasonCode });
}

function settlementOf(bench: Bench, publication: OutgoingPublication): { latest: Settlement | undefined } {
  const found: { latest: Settlement | undefined } = { latest: undefined };
  bench.outbox.accept(publication, (settlement) => {
    assert.equal(found.latest, undefined, 'settled once');
    found.latest = settlement;
  });
  return found;
}

function errorOf(settlement: Settlement | undefined): MqttFlowsError {
  assert.ok(settlement && !settlement.ok, 'settled with an error');
  return settlement.error;
}

describe('connection/outbox', () => {
  describe('a publication over which the server ends the connection', () => {
    it('is not sent a third time, and what waits behind it gets through', () => {
      const bench = new Bench();
      bench.acceptAll('poison', 'good', 'better');
      bench.refuse(bench.attach());
      const second = bench.attach();
      assert.deepEqual(second.topics, ['poison'], 'one by one, to find the culprit');
      bench.refuse(second);
      assert.deepEqual(bench.log, ['poison publication-quarantined']);
      assert.deepEqual(bench.attach().topics, ['good', 'better']);
    });

    it('costs nothing when the connection was just lost', () => {
      const bench = new Bench();
      bench.acceptAll('a', 'b');
      for (let round = 0; round < 5; round++) {
        const transport = bench.attach();
        assert.deepEqual(transport.topics, ['a', 'b']);
        bench.lose(transport);
      }
      assert.deepEqual(bench.log, []);
    });
  });

  it('what a settled callback throws is reported, and the next is settled all the same', () => {
    const bench = new Bench();
    bench.outbox.accept(outgoing('a', 1), () => {
      throw new Error('a flow is broken');
    });
    bench.accept('b');
    bench.outbox.close();
    assert.deepEqual(
      bench.thrown.map(({ message }) => message),
      ['a flow is broken'],
    );
    assert.deepEqual(bench.log, ['b connection-closed']);
  });

  describe('sending', () => {
    it('publications wait while there is no server, and go in their order once there is', () => {
      const bench = new Bench();
      bench.acceptAll('a', 'b', 'c');
      assert.equal(bench.outbox.depth, 3);
      const transport = bench.attach();
      assert.deepEqual(transport.topics, ['a', 'b', 'c']);
      assert.deepEqual(bench.log, []);
    });

    it('a publication goes at once while there is a server', () => {
      const bench = new Bench();
      const transport = bench.attach();
      bench.accept('a');
      assert.deepEqual(transport.topics, ['a']);
    });

    it('a publication goes as it was given', () => {
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

    it('the window is that of the server that is there now', () => {
      const bench = new Bench();
      bench.lose(bench.attach({ receiveMaximum: 1 }));
      bench.acceptAll('a', 'b', 'c');
      assert.deepEqual(bench.attach({ receiveMaximum: 2 }).topics, ['a', 'b']);
    });

    it('nothing goes while the stream is full, and all goes on once it is not', () => {
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

    it('10,000 publications that the stream takes at once need no stack', () => {
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

    it('a refusal is an error with the reason code, and the others go on', () => {
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
      it(`${name} is refused without being sent, and the next one goes`, () => {
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

    it('a publication that waited is checked against the server that comes', () => {
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

    it('a refused publication gives its room back', () => {
      const bench = new Bench({ maxMessages: 1, maxBytes: 100 });
      bench.attach({ maximumPacketSize: 10 });
      for (const topic of ['a', 'b', 'c']) bench.accept(topic, 0, { payload: 'x'.repeat(90) });
      assert.deepEqual(bench.log, ['a publication-too-large', 'b publication-too-large', 'c publication-too-large']);
    });
  });

  describe('when the stream is lost', () => {
    it('a publication with QoS 0 that was under way is reported as lost', () => {
      const bench = new Bench();
      const transport = bench.attach();
      bench.accept('a', 0);
      bench.lose(transport);
      assert.deepEqual(bench.log, ['a publication-lost']);
      assert.equal(bench.outbox.depth, 0);
    });

    it('a publication with QoS 0 that had not been sent waits on', () => {
      const bench = new Bench();
      const transport = bench.attach();
      transport.fill();
      bench.accept('a', 0);
      bench.lose(transport);
      assert.deepEqual(bench.log, []);
      assert.deepEqual(bench.attach().topics, ['a']);
    });

    it('publications that were not confirmed are sent first on the next connection, in their order', () => {
      const bench = new Bench();
      const transport = bench.attach({ receiveMaximum: 4 });
      bench.acceptAll('a', 'b', 'c', 'd', 'e', 'f');
      answer(transport, 'b');
      assert.deepEqual(transport.topics, ['a', 'b', 'c', 'd', 'e']);
      bench.lose(transport);
      assert.equal(bench.outbox.depth, 5);
      bench.accept('g');
      assert.deepEqual(bench.attach().topics, ['a', 'c', 'd', 'e', 'f', 'g']);
      assert.deepEqual(bench.log, ['b ok 0']);
    });

    it('the order is kept over several losses', () => {
      const bench = new Bench();
      bench.acceptAll('a', 'b', 'c', 'd');
      bench.lose(bench.attach({ receiveMaximum: 3 }));
      bench.lose(bench.attach({ receiveMaximum: 1 }));
      bench.lose(bench.attach({ receiveMaximum: 2 }));
      const transport = bench.attach();
      assert.deepEqual(transport.topics, ['a', 'b', 'c', 'd']);
      for (const topic of ['a', 'b', 'c', 'd']) answer(transport, topic);
      assert.deepEqual(bench.log, ['a ok 0', 'b ok 0', 'c ok 0', 'd ok 0']);
    });

    it('QoS 0 is lost, QoS 1 and 2 are kept, in one window', () => {
      const bench = new Bench();
      const transport = bench.attach();
      bench.accept('zero', 0);
      bench.accept('one', 1);
      bench.accept('two', 2);
      bench.lose(transport);
      assert.deepEqual(bench.log, ['zero publication-lost']);
      assert.deepEqual(bench.attach().topics, ['one', 'two']);
    });

    it('what the next server refuses is settled then', () => {
      const bench = new Bench();
      const transport = bench.attach();
      bench.accept('a', 2);
      bench.lose(transport);
      bench.attach({ maximumQoS: 1 });
      assert.deepEqual(bench.log, ['a publication-refused']);
    });

    it('publications that wait to be sent again count as waiting, by number and by bytes', () => {
      const bench = new Bench({ maxMessages: 2, maxBytes: 100 });
      const transport = bench.attach();
      bench.accept('a', 1, { payload: 'x'.repeat(49) });
      bench.lose(transport);
      bench.accept('b', 1, { payload: 'x'.repeat(50) });
      bench.accept('c', 1);
      bench.accept('d', 1, { payload: 'x'.repeat(49) });
      assert.deepEqual(bench.log, ['b outbox-full', 'd outbox-full']);
    });

    it('nothing goes before the next server is there', () => {
      const bench = new Bench();
      const transport = bench.attach();
      bench.lose(transport);
      bench.accept('a');
      bench.outbox.pump();
      assert.deepEqual(transport.topics, []);
      assert.equal(bench.outbox.depth, 1);
    });
  });

  describe('when it is full', () => {
    it('a publication too many is refused at once, and names the limits', () => {
      const bench = new Bench({ maxMessages: 2 });
      bench.acceptAll('a', 'b');
      const found = settlementOf(bench, outgoing('c'));
      const error = errorOf(found.latest);
      assert.equal(error.code, 'outbox-full');
      assert.equal(error.stage, 'publish');
      assert.deepEqual(error.params, { maxMessages: 2, maxBytes: 1_000_000 });
      assert.equal(bench.outbox.depth, 2);
      assert.deepEqual(bench.attach().topics, ['a', 'b']);
    });

    it('publications under way count', () => {
      const bench = new Bench({ maxMessages: 2 });
      const transport = bench.attach();
      bench.acceptAll('a', 'b', 'c');
      assert.deepEqual(bench.log, ['c outbox-full']);
      answer(transport, 'a');
      bench.accept('d');
      assert.deepEqual(transport.topics, ['a', 'b', 'd']);
    });

    it('bytes of topic and payload count, as UTF-8', () => {
      const bench = new Bench({ maxBytes: 10 });
      bench.accept('ä', 1, { payload: 'öö' });
      bench.accept('abcde', 1);
      bench.accept('f', 1, { payload: Buffer.alloc(3) });
      bench.accept('g');
      assert.deepEqual(bench.log, ['abcde outbox-full', 'g outbox-full']);
      assert.equal(bench.outbox.depth, 2);
    });

    for (const [how, settle] of [
      ['acknowledged', (transport: FakeTransport) => answer(transport, 'a')],
      ['refused', (transport: FakeTransport) => answer(transport, 'a', 0x97)],
      ['lost', (transport: FakeTransport) => transport.lose(failure())],
    ] as const) {
      it(`the bytes of a publication that was ${how} are free again`, () => {
        const bench = new Bench({ maxBytes: 10 });
        const transport = bench.attach();
        bench.accept('a', 0, { payload: 'x'.repeat(9) });
        settle(transport);
        assert.equal(bench.outbox.depth, 0);
        bench.accept('b', 0, { payload: 'x'.repeat(9) });
        assert.equal(bench.outbox.depth, 1);
        assert.equal(bench.log.length, 1);
      });
    }
  });

  describe('when it is full and the oldest give way', () => {
    const overflow = 'dropOldest';

    it('the oldest that waits is dropped and reported', () => {
      const bench = new Bench({ maxMessages: 2, overflow });
      bench.acceptAll('a', 'b', 'c', 'd');
      assert.deepEqual(bench.log, ['a publication-dropped', 'b publication-dropped']);
      assert.deepEqual(bench.attach().topics, ['c', 'd']);
    });

    it('as many are dropped as the bytes of the new one need, oldest first', () => {
      const bench = new Bench({ maxBytes: 10, overflow });
      for (const topic of ['a', 'b', 'c']) bench.accept(topic, 1, { payload: 'xx' });
      bench.accept('d', 1, { payload: 'xxxxx' });
      assert.deepEqual(bench.log, ['a publication-dropped', 'b publication-dropped']);
      assert.deepEqual(bench.attach().topics, ['c', 'd']);
    });

    it('a publication under way is not dropped', () => {
      const bench = new Bench({ maxMessages: 3, overflow });
      const transport = bench.attach({ receiveMaximum: 1 });
      bench.acceptAll('a', 'b', 'c', 'd');
      assert.deepEqual(bench.log, ['b publication-dropped']);
      answer(transport, 'a');
      answer(transport, 'c');
      assert.deepEqual(transport.topics, ['a', 'c', 'd']);
    });

    it('a publication is refused where all others are under way', () => {
      const bench = new Bench({ maxMessages: 2, overflow });
      const transport = bench.attach();
      bench.acceptAll('a', 'b', 'c');
      assert.deepEqual(bench.log, ['c outbox-full']);
      for (const topic of ['a', 'b']) answer(transport, topic);
      assert.deepEqual(bench.log, ['c outbox-full', 'a ok 0', 'b ok 0']);
    });

    it('a publication that is larger than the whole outbox is refused, and drops nothing', () => {
      const bench = new Bench({ maxBytes: 10, overflow });
      bench.acceptAll('a', 'b');
      bench.accept('c', 1, { payload: 'x'.repeat(10) });
      assert.deepEqual(bench.log, ['c outbox-full']);
      assert.equal(bench.outbox.depth, 2);
    });

    it('a publication that does not fit beside those under way is refused, and drops nothing', () => {
      const bench = new Bench({ maxBytes: 10, overflow });
      const transport = bench.attach({ receiveMaximum: 1 });
      bench.accept('a', 1, { payload: 'x'.repeat(6) });
      bench.accept('b');
      bench.accept('c', 1, { payload: 'x'.repeat(4) });
      assert.deepEqual(bench.log, ['c outbox-full']);
      answer(transport, 'a');
      assert.deepEqual(transport.topics, ['a', 'b']);
    });

    it('a dropped publication that brings another one from its callback does no harm', () => {
      const bench = new Bench({ maxMessages: 2, overflow });
      bench.outbox.accept(
        outgoing('a'),
        bench.settlements.of('a', () => bench.accept('again')),
      );
      bench.acceptAll('b', 'c');
      assert.deepEqual(bench.log, ['a publication-dropped', 'b publication-dropped']);
      assert.deepEqual(bench.attach().topics, ['c', 'again']);
    });
  });

  describe('what a publisher may choose', () => {
    it('not to wait: without a connection the publication fails at once, and with one it is sent', () => {
      const bench = new Bench();
      bench.acceptWith('a', { whileOffline: 'fail' });
      assert.deepEqual(bench.log, ['a not-connected']);
      const transport = bench.attach();
      bench.acceptWith('b', { whileOffline: 'fail' });
      assert.deepEqual(transport.topics, ['b']);
    });

    it('to be told when the outbox has it; a loss after that is reported with its publisher, once', () => {
      const bench = new Bench();
      bench.acceptWith('a', { completeOn: 'queued', origin: 'node' });
      assert.deepEqual(bench.log, ['a ok 0']);
      answer(bench.attach(), 'a', 0x97);
      assert.deepEqual(bench.log, ['a ok 0']);
      assert.deepEqual(
        bench.lost.map(({ publication, origin }) => `${publication.topic} ${origin}`),
        ['a node'],
      );
    });

    it('to be told when the outbox has it: a full one is told as a failure', () => {
      const bench = new Bench({ maxMessages: 1 });
      bench.acceptWith('a', { completeOn: 'queued' });
      bench.acceptWith('b', { completeOn: 'queued' });
      assert.deepEqual(bench.log, ['a ok 0', 'b outbox-full']);
      assert.deepEqual(bench.lost, []);
    });
  });

  describe('publishing again from a settlement', () => {
    it('an acknowledged publication brings the next one, behind those that wait', () => {
      const bench = new Bench();
      const transport = bench.attach({ receiveMaximum: 1 });
      bench.outbox.accept(
        outgoing('a'),
        bench.settlements.of('a', () => bench.accept('again')),
      );
      bench.accept('b');
      answer(transport, 'a');
      answer(transport, 'b');
      answer(transport, 'again');
      assert.deepEqual(transport.topics, ['a', 'b', 'again']);
      assert.deepEqual(bench.log, ['a ok 0', 'b ok 0', 'again ok 0']);
    });

    it('the window holds also then', () => {
      const bench = new Bench();
      const transport = bench.attach({ receiveMaximum: 2 });
      for (const topic of ['a', 'b']) {
        bench.outbox.accept(
          outgoing(topic),
          bench.settlements.of(topic, () => bench.acceptAll(`${topic}1`, `${topic}2`)),
        );
      }
      answer(transport, 'a');
      assert.deepEqual(transport.topics, ['a', 'b', 'a1']);
      answer(transport, 'b');
      assert.deepEqual(transport.topics, ['a', 'b', 'a1', 'a2']);
    });

    it('a chain of 10,000 needs no stack', () => {
      const bench = new Bench();
      bench.attach({}, ({ automatic }) => {
        automatic.publish = OK;
      });
      let count = 0;
      const next = (): void => {
        if (count === 10_000) return;
        const name = `t${count++}`;
        bench.outbox.accept(outgoing(name, 0), bench.settlements.of(name, next));
      };
      next();
      assert.equal(bench.log.length, 10_000);
      assert.equal(bench.outbox.depth, 0);
    });

    it('a publication that was refused for the limits of the server brings the next one', () => {
      const bench = new Bench();
      const transport = bench.attach({ maximumQoS: 1 });
      bench.outbox.accept(
        outgoing('a', 2),
        bench.settlements.of('a', () => bench.accept('again')),
      );
      assert.deepEqual(transport.topics, ['again']);
    });

    it('a lost publication is not sent again into the stream that is gone', () => {
      const bench = new Bench();
      const transport = bench.attach();
      bench.outbox.accept(
        outgoing('a', 0),
        bench.settlements.of('a', () => bench.accept('again', 0)),
      );
      bench.accept('b', 1);
      bench.lose(transport);
      assert.deepEqual(transport.topics, ['a', 'b']);
      assert.deepEqual(bench.attach().topics, ['b', 'again']);
    });

    it('a publication that found the outbox full may be given again once', () => {
      const bench = new Bench({ maxMessages: 1 });
      bench.accept('a');
      bench.outbox.accept(
        outgoing('b'),
        bench.settlements.of('b', () => bench.accept('again')),
      );
      assert.deepEqual(bench.log, ['b outbox-full', 'again outbox-full']);
      assert.equal(bench.outbox.depth, 1);
    });
  });

  describe('closing', () => {
    it('gives all back, oldest first: under way, unconfirmed and waiting', () => {
      const bench = new Bench();
      const transport = bench.attach({ receiveMaximum: 2 });
      bench.acceptAll('a', 'b', 'c', 'd');
      transport.lose(failure());
      bench.outbox.close();
      assert.deepEqual(bench.log, [
        'a connection-closed',
        'b connection-closed',
        'c connection-closed',
        'd connection-closed',
      ]);
      assert.equal(bench.outbox.depth, 0);
    });

    it('gives back what no server was ever there for', () => {
      const bench = new Bench();
      bench.accept('a', 0);
      bench.accept('b', 2);
      bench.outbox.close();
      assert.deepEqual(bench.log, ['a connection-closed', 'b connection-closed']);
    });

    it('an answer that comes after closing settles nothing twice', () => {
      const bench = new Bench();
      const transport = bench.attach();
      bench.acceptAll('a', 'b');
      bench.outbox.close();
      answer(transport, 'a');
      transport.lose(failure());
      assert.deepEqual(bench.log, ['a connection-closed', 'b connection-closed']);
    });

    it('a publication that comes later is given back at once', () => {
      const bench = new Bench();
      bench.outbox.close();
      bench.accept('a');
      assert.deepEqual(bench.log, ['a connection-closed']);
      assert.equal(bench.outbox.depth, 0);
    });

    it('a publication that comes from a callback while closing is given back too', () => {
      const bench = new Bench();
      bench.outbox.accept(
        outgoing('a'),
        bench.settlements.of('a', () => bench.accept('again')),
      );
      bench.accept('b');
      bench.outbox.close();
      assert.deepEqual(bench.log, ['a connection-closed', 'again connection-closed', 'b connection-closed']);
    });

    it('closing twice is closing once', () => {
      const bench = new Bench();
      bench.accept('a');
      bench.outbox.close();
      bench.outbox.close();
      assert.deepEqual(bench.log, ['a connection-closed']);
    });
  });

  describe('over a long and bad day', () => {
    for (const overflow of ['reject', 'dropOldest'] as const) {
      it(`every publication is settled exactly once, and the unconfirmed go first (${overflow})`, () => {
        runBadDay(overflow);
      });
    }
  });
});

/** 5,000 random events with a fixed seed: publications, answers, full streams, losses, and a close. */
function runBadDay(overflow: 'reject' | 'dropOldest'): void {
  const random = generator(4711);
  const bench = new Bench({ maxMessages: 20, maxBytes: 400, overflow });
  let transport = bench.attach({ receiveMaximum: 5 });
  let accepted = 0;
  for (let step = 0; step < 5000; step++) {
    const dice = random();
    if (dice < 0.5) {
      const payload = 'x'.repeat(Math.floor(random() * 60));
      bench.accept(`t${accepted++}`, random() < 0.3 ? 0 : 1, { payload });
    } else if (dice < 0.85) {
      const open = transport.published.filter(({ answered }) => !answered);
      const refused = random() < 0.1;
      open[Math.floor(random() * open.length)]?.answer(refused ? { kind: 'refused', reasonCode: 0x97 } : OK);
    } else if (dice < 0.9) {
      transport.fill();
    } else if (dice < 0.95) {
      transport.drain();
    } else {
      const unconfirmed = transport.published.filter(({ answered, question }) => !answered && question.qos > 0);
      const topics = unconfirmed.map(({ question }) => question.topic);
      bench.lose(transport);
      transport = bench.attach({ receiveMaximum: 1 + Math.floor(random() * 8) });
      const first = transport.topics.slice(0, topics.length);
      assert.deepEqual(first, topics.slice(0, first.length), `step ${step}: the unconfirmed go first`);
    }
    assert.ok(bench.outbox.depth <= 20, `step ${step}: the outbox keeps its limit`);
    assert.equal(bench.log.length + bench.outbox.depth, accepted, `step ${step}: each is settled or still there`);
  }
  bench.outbox.close();
  assert.equal(bench.log.length, accepted);
  assert.equal(bench.outbox.depth, 0);
  const acknowledged = bench.log.filter((line) => line.endsWith(' ok 0')).length;
  assert.ok(acknowledged > 500, `${acknowledged} were acknowledged`);
}
