// Continued sessions: a publication in flight is sent again as the same one, and is not delivered twice with QoS 2.

import assert from 'node:assert/strict';
import type { FakeTransport, SentPublication } from '../helpers/fakes/fake-transport';
import { answer, Bench, OK } from './outbox-bench';

function sent(transport: FakeTransport): string[] {
  return transport.published.map(
    ({ packet, question, packetIdentifier, dup }) =>
      `${packet} ${question.topic} ${packetIdentifier}${dup ? ' dup' : ''}`,
  );
}

function find(transport: FakeTransport, topic: string): SentPublication {
  const found = transport.published.find(({ question }) => question.topic === topic);
  assert.ok(found, topic);
  return found;
}

describe('the outbox, with a session', () => {
  it('sends again with the same identifiers and dup, in the order of the first time', () => {
    const bench = new Bench();
    bench.acceptAll('a', 'b');
    bench.accept('c', 2);
    const first = bench.attach();
    assert.deepEqual(sent(first), ['publish a 1', 'publish b 2', 'publish c 3']);
    answer(first, 'b');
    bench.lose(first);
    bench.accept('d');
    const second = bench.attach({ sessionPresent: true });
    assert.deepEqual(sent(second), ['publish a 1 dup', 'publish c 3 dup', 'publish d 4']);
  });

  it('sends only PUBREL for publications that the server has received', () => {
    const bench = new Bench();
    bench.accept('a', 2);
    bench.accept('b', 2);
    const first = bench.attach();
    find(first, 'a').receive();
    assert.deepEqual(first.packets.slice(-1), ['PUBREL a']);
    bench.lose(first);
    const second = bench.attach({ sessionPresent: true });
    assert.deepEqual(sent(second), ['pubrel a 1', 'publish b 2 dup']);
    find(second, 'a').answer(OK);
    assert.deepEqual(bench.log, ['a ok 0']);
  });

  it('starts again when the server has lost the session: new identifiers, no dup, no PUBREL', () => {
    const bench = new Bench();
    bench.accept('a', 2);
    bench.accept('b');
    const first = bench.attach();
    find(first, 'a').receive();
    bench.lose(first);
    assert.deepEqual(sent(bench.attach({ sessionPresent: false })), ['publish a 3', 'publish b 4']);
  });

  describe('that is left behind at another server', () => {
    /** Two QoS 2 publications and one with QoS 1 are in flight to server A. Then the connection goes to server B. */
    function left(): { bench: Bench; other: FakeTransport } {
      const bench = new Bench();
      bench.accept('a', 2);
      bench.accept('b', 2);
      bench.accept('c', 1);
      const first = bench.attach({}, undefined, { home: 'A', previous: 'A' });
      find(first, 'a').receive();
      bench.lose(first);
      const place = { home: 'B', previous: 'A', present: false };
      return { bench, other: bench.attach({ sessionPresent: false }, undefined, place) };
    }

    it('sends publications in flight to the other server as new, with other identifiers', () => {
      assert.deepEqual(sent(left().other), ['publish a 4', 'publish b 5', 'publish c 6']);
    });

    it('gives identifiers that the first may still know to no other publication', () => {
      const { bench, other } = left();
      other.automatic.publish = OK;
      for (const topic of ['a', 'b', 'c']) answer(other, topic);
      for (let index = 0; index < 70_000; index++) bench.accept(`t${index}`, 2);
      const again = other.published.findIndex(({ packetIdentifier }) => [1, 2].includes(packetIdentifier));
      assert.equal(again, -1, `publication ${again}`);
      assert.equal(bench.outbox.depth, 0);
    });

    it('ends them when the first is back with its session, and sends what waits beside that', () => {
      const { bench, other } = left();
      bench.lose(other);
      const place = { home: 'A', previous: 'B', present: true };
      const back = bench.attach({ sessionPresent: false, receiveMaximum: 3 }, undefined, place);
      assert.deepEqual(
        back.published.slice(0, 3).map(({ packet, packetIdentifier }) => `${packet} ${packetIdentifier}`),
        ['pubrel 1', 'pubrel 2', 'publish 7'],
      );
      back.published[0]?.answer(OK);
      back.published[1]?.answer(OK);
      assert.deepEqual(sent(back).slice(2), ['publish a 7', 'publish b 8', 'publish c 9']);
    });

    it('asks no more than twice for their end when the server hangs up', () => {
      const { bench, other } = left();
      bench.lose(other);
      const place = { home: 'A', previous: 'A', present: true };
      const released: number[] = [];
      for (let connection = 0; connection < 4; connection++) {
        const back = bench.attach({ sessionPresent: true }, undefined, place);
        released.push(back.published.filter(({ packet }) => packet === 'pubrel').length);
        bench.cut(back);
      }
      assert.deepEqual(released, [2, 2, 0, 0]);
    });
  });

  it('does not run out of identifiers, however often sessions are left behind', () => {
    const bench = new Bench();
    for (let index = 0; index < 500; index++) {
      while (bench.outbox.depth < 100) bench.accept(`t${index}-${bench.outbox.depth}`, 2);
      const place = { home: `server ${index}`, previous: `server ${index - 1}`, present: false };
      const transport = bench.attach({}, undefined, place);
      assert.equal(new Set(transport.published.map(({ packetIdentifier }) => packetIdentifier)).size, 100);
      assert.ok(transport.published.every(({ packetIdentifier }) => packetIdentifier > 0));
      bench.lose(transport);
    }
  });

  it('gives the identifier of a publication at QoS 2 that was given up to no other', () => {
    const bench = new Bench({ maxMessages: 1, overflow: 'dropOldest' });
    bench.accept('a', 2);
    bench.lose(bench.attach());
    bench.accept('b', 2);
    assert.deepEqual(bench.log, ['a publication-dropped']);
    const transport = bench.attach({ sessionPresent: true });
    for (let index = 0; index < 70_000; index++) {
      const last = transport.published.at(-1);
      assert.notEqual(last?.packetIdentifier, 1, `publication ${index}`);
      last?.answer(OK);
      bench.accept(`t${index}`, 2);
    }
  });

  it('an answer to PUBREL that comes with the next connection settles once', () => {
    const bench = new Bench();
    bench.accept('a', 2);
    const first = bench.attach();
    find(first, 'a').receive();
    find(first, 'a').receive();
    bench.lose(first);
    const second = bench.attach({ sessionPresent: true });
    find(second, 'a').answer(OK);
    bench.lose(second);
    assert.deepEqual(sent(bench.attach({ sessionPresent: true })), []);
    assert.deepEqual(bench.log, ['a ok 0']);
  });
});
