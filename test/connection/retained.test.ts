// Retained messages go to new subscribers, once, and to nobody else. And who gets to see the retain flag.

import assert from 'node:assert/strict';
import { AnswerWatch } from '#src/connection/answer-watch';
import { type Subscriber, Subscriptions } from '#src/connection/subscriptions/subscriptions';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { ModelServer, type Published, SERVER_KINDS, type ServerKind } from './model-server';
import { incoming } from './publications';
import { identifierOf, REPLAY, Receiver, SubscriptionBench } from './subscription-bench';

/** Keeps topic, payload and retain flag of each delivery. */
class Reader extends Receiver {
  readonly got: string[] = [];

  /** The payloads that a SUBSCRIBE has caused. */
  readonly replayed: string[] = [];

  override deliver(...[{ topic, payload, retain }, , , replayed]: Parameters<Subscriber['deliver']>): void {
    this.got.push(`${topic} ${payload}${retain ? ' retained' : ''}`);
    if (replayed) this.replayed.push(String(payload));
  }
}

/** A server that has stored `a`, and a client that is connected to it. */
class Bench {
  readonly clock = new FakeClock();
  readonly subscriptions = new Subscriptions(this.clock, assert.ifError, new AnswerWatch(this.clock));
  readonly server: ModelServer;

  constructor(kind: ServerKind) {
    this.server = new ModelServer(kind, this.clock, this.subscriptions);
    this.publish('a', 'stored', true);
    this.server.connect(false);
  }

  add(...readers: readonly Reader[]): void {
    for (const reader of readers) this.subscriptions.add(reader);
    this.clock.advance(100);
  }

  publish(topic: string, payload: string, retain = false): void {
    const publication: Published = { topic, payload, qos: 1, retain };
    this.server.receive(publication);
    this.clock.advance(20);
  }
}

describe('connection: retained messages', () => {
  for (const kind of SERVER_KINDS) {
    const mqtt5 = kind.protocolVersion === 5;

    describe(kind.name, () => {
      it('are delivered to a later subscriber with the same filter, and not again to the first one', () => {
        const bench = new Bench(kind);
        const [first, second] = [new Reader('a'), new Reader('a')];
        bench.add(first);
        bench.clock.advance(REPLAY);
        bench.add(second);
        bench.clock.advance(REPLAY);
        assert.deepEqual([first.got, second.got], [['a stored retained'], ['a stored retained']]);
      });

      it('are delivered once to a subscriber that is added while another one still gets them', () => {
        const bench = new Bench(kind);
        const [first, second, third] = [new Reader('a'), new Reader('+', 'a'), new Reader('#')];
        for (const reader of [first, second, third]) bench.add(reader);
        bench.clock.advance(3 * REPLAY);
        for (const { got } of [first, second, third]) assert.deepEqual(got, ['a stored retained']);
      });

      it('are not delivered again when the QoS changes for others', () => {
        const bench = new Bench(kind);
        const low = new Reader({ filter: 'a', qos: 0 });
        bench.add(low);
        bench.clock.advance(REPLAY);
        const remove = bench.subscriptions.add(new Reader({ filter: 'a', qos: 2, retainHandling: 2 }));
        bench.clock.advance(REPLAY);
        remove();
        bench.clock.advance(REPLAY);
        assert.deepEqual(low.got, ['a stored retained']);
      });

      it('are told from messages that are published meanwhile with the retain flag, which all subscribers get', () => {
        const bench = new Bench(kind);
        const [old, fresh] = [
          new Reader({ filter: 'a', retainAsPublished: true }),
          new Reader({ filter: 'a', retainAsPublished: true }),
        ];
        bench.add(old);
        bench.clock.advance(REPLAY);
        bench.add(fresh);
        bench.publish('a', 'meanwhile', true);
        bench.clock.advance(2 * REPLAY);
        bench.publish('a', 'later', true);
        const flag = mqtt5 ? ' retained' : '';
        assert.deepEqual(
          old.got.map((line) => line.replace('meanwhile retained', 'meanwhile')),
          [`a stored retained`, 'a meanwhile', `a later${flag}`],
        );
        assert.deepEqual(
          fresh.got.map((line) => line.replace('meanwhile retained', 'meanwhile')),
          ['a stored retained', 'a meanwhile', `a later${flag}`],
        );
      });

      it('keep the retain flag of live messages only for subscribers with retain as published', () => {
        const bench = new Bench(kind);
        const [asks, asksNot] = [new Reader({ filter: 'b', retainAsPublished: true }), new Reader('b')];
        bench.add(asks, asksNot);
        bench.clock.advance(REPLAY);
        bench.publish('b', 'now', true);
        assert.deepEqual([asks.got, asksNot.got], [[mqtt5 ? 'b now retained' : 'b now'], ['b now']]);
      });

      it('are told from live messages, whatever their flag', () => {
        const bench = new Bench(kind);
        const reader = new Reader({ filter: 'a', retainAsPublished: true });
        bench.add(reader);
        bench.clock.advance(REPLAY);
        bench.publish('a', 'now', true);
        assert.equal(reader.got.length, 2);
        assert.deepEqual(reader.replayed, ['stored']);
      });

      // Elsewhere, nothing tells such a message from one that was stored.
      const named = kind.identifiers === 'all' ? it : undefined;
      named?.(
        'of now reach a subscriber that wants none of before, while another with another filter gets those',
        () => {
          const bench = new Bench(kind);
          const wary = new Reader({ filter: '+', retainHandling: 2, retainAsPublished: true });
          const eager = new Reader({ filter: '#', retainAsPublished: true });
          bench.add(wary, eager);
          bench.publish('b', 'now', true);
          bench.clock.advance(2 * REPLAY);
          assert.deepEqual(
            [wary, eager].map(({ got }) => got.filter((line) => line.startsWith('b now')).length),
            [1, 1],
          );
          assert.equal(wary.got.length, 1);
          assert.deepEqual(wary.replayed, []);
        },
      );

      it('are all that a subscriber gets that wants only them, and not delivered to one that wants none', () => {
        const bench = new Bench(kind);
        const only = new Reader({ filter: '#', retained: 'only', retainAsPublished: true });
        const ignore = new Reader({ filter: '#', retained: 'ignore', retainAsPublished: true });
        bench.add(only, ignore);
        bench.publish('b', 'soon', true);
        bench.clock.advance(REPLAY);
        bench.publish('b', 'late', true);
        bench.clock.advance(REPLAY);
        // RabbitMQ does not find them for a filter with wildcards.
        assert.deepEqual(only.got, kind.queues ? [] : ['a stored retained']);
        assert.deepEqual(
          ignore.got.map((line) => line.split(' ', 2).join(' ')),
          ['b soon', 'b late'],
        );
      });

      it('are delivered again on a new connection without a session, and not with one', () => {
        const bench = new Bench(kind);
        const reader = new Reader('a');
        bench.add(reader);
        bench.clock.advance(REPLAY);
        for (const sessionPresent of [true, false]) {
          bench.server.disconnect();
          bench.server.connect(sessionPresent);
          bench.clock.advance(REPLAY);
          assert.equal(reader.got.length, sessionPresent ? 1 : 2);
        }
      });
    });
  }

  it('are delivered again to a node that was removed by a deploy and added by another', () => {
    const bench = new SubscriptionBench();
    const named = (identity: string): Receiver => Object.assign(new Receiver('a'), { identity });
    const [, leave] = bench.add(named('stays'), named('leaves'));
    const transport = bench.attachGranting();
    bench.clock.advance(REPLAY);
    leave?.();
    bench.clock.advance(0);
    bench.add(named('leaves'));
    assert.deepEqual(transport.packets, ['SUBSCRIBE a', 'SUBSCRIBE a']);
  });

  it('are not delivered twice, even if the server sends them slowly', () => {
    const bench = new SubscriptionBench();
    const [first, second] = [new Receiver('+'), new Receiver('+')];
    bench.add(first);
    const transport = bench.attachGranting();
    bench.clock.advance(REPLAY);
    bench.add(second);
    for (const topic of ['a', 'b', 'c']) {
      bench.clock.advance(REPLAY - 100);
      const stored = { retain: true, payload: Buffer.from('stored') };
      bench.subscriptions.deliver(incoming(topic, [identifierOf(transport, '+')], stored));
    }
    assert.deepEqual([first.received, second.received], [[], ['a by +', 'b by +', 'c by +']]);
  });
});
