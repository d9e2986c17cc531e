// Publications at QoS 2 that are given up after they were sent: the server still has the exchange, which PUBREL ends.

import assert from 'node:assert/strict';
import type { OutboxLimits } from '#src/connection/outbox/outbox';
import type { FakeTransport } from '../helpers/fakes/fake-transport';
import { Bench, OK } from './outbox-bench';

const SESSION = { sessionPresent: true };

function sent(transport: FakeTransport): string[] {
  return transport.published.map(({ packet, packetIdentifier }) => `${packet} ${packetIdentifier}`);
}

/** A publication at QoS 2 is sent, and the connection lost before PUBREC comes. */
function interrupted(limits: Partial<OutboxLimits> = {}): Bench {
  const bench = new Bench(limits);
  bench.accept('a', 2);
  bench.lose(bench.attach());
  return bench;
}

const ENDS: readonly { how: string; code: string; limits?: Partial<OutboxLimits>; end(bench: Bench): void }[] = [
  {
    how: 'dropped for a younger one',
    code: 'publication-dropped',
    limits: { maxMessages: 1, overflow: 'dropOldest' },
    end: (bench) => bench.accept('b', 1),
  },
  {
    how: 'expired while it waited',
    code: 'publication-expired',
    limits: { messageTtl: 10 },
    end: (bench) => bench.clock.advance(20_000),
  },
  { how: 'cleared', code: 'publication-cleared', end: (bench) => bench.outbox.clear() },
];

describe('the outbox, with publications that are given up', () => {
  for (const { how, code, limits, end } of ENDS) {
    it(`ends the exchange of one that is ${how}, with the next connection to the session`, () => {
      const bench = interrupted(limits);
      end(bench);
      assert.deepEqual(bench.log, [`a ${code}`]);
      const transport = bench.attach(SESSION);
      assert.equal(sent(transport)[0], 'pubrel 1');
      transport.published[0]?.answer(OK);
      bench.lose(transport);
      assert.ok(!sent(bench.attach(SESSION)).includes('pubrel 1'), 'once');
      assert.deepEqual(bench.log, [`a ${code}`], 'settled once');
    });
  }

  it('ends the exchange of one that the next server refuses', () => {
    const bench = interrupted();
    assert.deepEqual(sent(bench.attach({ ...SESSION, maximumQoS: 1 })), ['pubrel 1']);
    assert.deepEqual(bench.log, ['a publication-refused']);
  });

  it('ends the exchange of one over which the server ends the connection', () => {
    const bench = new Bench();
    bench.accept('a', 2);
    bench.refuse(bench.attach());
    bench.refuse(bench.attach(SESSION));
    assert.deepEqual(bench.log, ['a publication-quarantined']);
    assert.deepEqual(sent(bench.attach(SESSION)), ['pubrel 1']);
  });

  it('ends the exchange at once while there is a connection to the session', () => {
    const bench = new Bench();
    bench.accept('a', 2);
    bench.accept('b', 2);
    bench.lose(bench.attach());
    const transport = bench.attach({ ...SESSION, receiveMaximum: 1 });
    bench.outbox.clear();
    assert.deepEqual(bench.log, ['b publication-cleared']);
    assert.deepEqual(sent(transport), ['publish 1', 'pubrel 2']);
  });

  /** What is sent over each of `count` connections, of which `end` ends each. */
  function askedOver(count: number, bench: Bench, end: (transport: FakeTransport) => void): string[][] {
    return Array.from({ length: count }, () => {
      const transport = bench.attach(SESSION);
      end(transport);
      return sent(transport);
    });
  }

  it('asks again with the next connection when the answer to PUBREL is lost with the link', () => {
    const bench = interrupted();
    bench.outbox.clear();
    const asked = askedOver(5, bench, (transport) => bench.lose(transport));
    assert.deepEqual(asked, Array(5).fill(['pubrel 1']));
    const transport = bench.attach(SESSION);
    transport.published[0]?.answer(OK);
    assert.deepEqual(
      askedOver(1, bench, (latest) => bench.lose(latest)),
      [[]],
    );
  });

  it('asks again, however often the server stops for reasons of its own', () => {
    const bench = interrupted();
    bench.outbox.clear();
    const asked = askedOver(5, bench, (transport) => void bench.refuse(transport, 0x8b));
    assert.deepEqual(asked, Array(5).fill(['pubrel 1']));
  });

  it('asks twice when the server hangs up at once, which it may do because of PUBREL', () => {
    const bench = interrupted();
    bench.outbox.clear();
    const asked = askedOver(4, bench, (transport) => void bench.cut(transport));
    assert.deepEqual(asked, [['pubrel 1'], ['pubrel 1'], [], []]);
  });

  it('asks twice when the server says that it ends the connection because of PUBREL', () => {
    const bench = interrupted();
    bench.outbox.clear();
    const asked = askedOver(4, bench, (transport) => void bench.refuse(transport, 0x82));
    assert.deepEqual(asked, [['pubrel 1'], ['pubrel 1'], [], []]);
  });

  it('asks over ten connections at most: over a slow link, nobody can tell who ends them', () => {
    const bench = interrupted();
    bench.outbox.clear();
    const asked = askedOver(12, bench, (transport) => bench.lose(transport));
    assert.deepEqual(asked.slice(9), [['pubrel 1'], [], []]);
  });

  it('gives the identifier of an exchange whose end is unknown to no other publication', () => {
    const bench = interrupted();
    bench.outbox.clear();
    for (let connection = 0; connection < 3; connection++) bench.cut(bench.attach(SESSION));
    const transport = bench.attach(SESSION, ({ automatic }) => {
      automatic.publish = OK;
    });
    for (let index = 0; index < 40_000; index++) bench.accept(`t${index}`, 1);
    assert.equal(transport.published.length, 40_000);
    assert.ok(transport.published.every(({ packetIdentifier }) => packetIdentifier > 1));
  });

  it('does not run out of identifiers, however many are given up in one session', () => {
    const bench = new Bench({ messageTtl: 1 });
    for (let round = 0; round < 330; round++) {
      const transport = bench.attach({ sessionPresent: round > 0 });
      for (const released of transport.published) released.answer(OK);
      for (let index = 0; index < 100; index++) bench.accept(`t${round}-${index}`, 2);
      assert.ok((transport.published.at(-1)?.packetIdentifier ?? 0) > 0, `round ${round}`);
      bench.lose(transport);
      bench.clock.advance(2000);
    }
    bench.attach(SESSION);
    assert.equal(bench.log.length, 33_000);
  });

  it('counts an exchange that is being ended against the window of the server', () => {
    const bench = new Bench();
    for (let index = 0; index < 9; index++) bench.accept(`old${index}`, 2);
    bench.lose(bench.attach({ protocolVersion: 4 }));
    bench.outbox.clear();
    for (let index = 0; index < 9; index++) bench.accept(`new${index}`, 2);
    const transport = bench.attach({ ...SESSION, protocolVersion: 4 });
    const publishes = (): number => transport.published.filter(({ packet }) => packet === 'publish').length;
    assert.equal(publishes(), 1);
    for (const released of transport.published.slice(0, 9)) released.answer(OK);
    assert.equal(publishes(), 9);
  });

  it('leaves alone what was never sent, and what needs no PUBREL', () => {
    const bench = new Bench();
    bench.accept('a', 1);
    bench.accept('b', 2);
    bench.lose(bench.attach({ receiveMaximum: 1 }));
    bench.outbox.clear();
    assert.deepEqual(sent(bench.attach(SESSION)), []);
  });

  it('asks for nothing when the session is lost', () => {
    const bench = interrupted();
    bench.outbox.clear();
    bench.lose(bench.attach({ sessionPresent: false }));
    assert.deepEqual(sent(bench.attach(SESSION)), []);
  });

  it('asks the server that has the session, and no other', () => {
    const bench = new Bench();
    bench.accept('a', 2);
    bench.lose(bench.attach({}, undefined, { home: 'A', previous: 'A' }));
    bench.outbox.clear();
    const other = bench.attach({ sessionPresent: false }, undefined, { home: 'B', previous: 'A', present: true });
    assert.deepEqual(sent(other), []);
    bench.lose(other);
    const back = bench.attach({ sessionPresent: false }, undefined, { home: 'A', previous: 'B', present: true });
    assert.deepEqual(sent(back), ['pubrel 1']);
  });

  it('sends no PUBREL to a server that answers QoS 2 as QoS 1, which may end the connection over it', () => {
    const bench = new Bench({ messageTtl: 10 });
    const first = bench.attach({ protocolVersion: 4 });
    bench.accept('a', 2);
    // PUBACK: no PUBREC has come.
    first.published[0]?.answer(OK);
    bench.accept('b', 2);
    bench.lose(first);
    bench.clock.advance(20_000);
    assert.deepEqual(bench.log, ['a ok 0', 'b publication-expired']);
    assert.deepEqual(sent(bench.attach({ ...SESSION, protocolVersion: 4 })), []);
  });
});
