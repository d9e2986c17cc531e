// Random subscribers on every kind of server against what each would get alone: every publication once, at most at its
// QoS, and what the server had stored once, when it starts.

import assert from 'node:assert/strict';
import { AnswerWatch } from '#src/connection/answer-watch';
import { type Subscriber, Subscriptions } from '#src/connection/subscriptions/subscriptions';
import type { QoS } from '#src/core/publications/publication';
import type { RetainedPolicy } from '#src/core/subscriptions/subscription-options';
import { filterOf } from '../core/parsed';
import { generator } from '../core/random';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { filterMatches } from '../helpers/fakes/linear-matcher';
import { ModelServer, type Published, SERVER_KINDS, type ServerKind } from './model-server';

/** ms after which nothing is in flight and everything is known */
const SETTLED = 15_000;
const LEVELS = ['a', 'b', 'c'];

/** A subscribe node, and the messages that it would get if it were alone. */
class Alone implements Subscriber {
  readonly identity: string;
  readonly subscriptions;
  readonly #policy: RetainedPolicy;
  readonly #kind: ServerKind;
  /** Lines such as `a/b now 17`. */
  readonly got: string[] = [];
  readonly expected: string[] = [];
  remove: () => void = () => {};

  constructor(identity: string, random: () => number, kind: ServerKind) {
    this.identity = identity;
    this.#kind = kind;
    this.#policy = pick(random, ['deliver', 'deliver', 'ignore', 'only']);
    const filters = new Set(Array.from({ length: 1 + Math.floor(random() * 3) }, () => randomFilter(random)));
    const one = kind.identifiers !== 'none' && random() < 0.2 && this.#policy === 'deliver';
    this.subscriptions = (one ? [`$share/${identity}/${randomFilter(random)}`] : [...filters]).map((filter) => ({
      filter: filterOf(filter),
      qos: pick<QoS>(random, [0, 1, 2]),
      noLocal: false,
      retainAsPublished: random() < 0.5,
      retainHandling: pick<0 | 1 | 2>(random, [0, 0, 1, 2]),
      retained: this.#policy,
    }));
  }

  /** The server publishes it as a live message. */
  expects({ topic, payload }: Published): void {
    if (this.#policy === 'only') return;
    if (this.#matching(topic).length > 0) this.expected.push(`${topic} now ${payload}`);
  }

  /** It starts on a server with these retained messages. */
  expectsStored({ topic, payload }: Published): void {
    if (this.#policy === 'ignore') return;
    const asking = this.#matching(topic).filter(
      ({ retainHandling, filter }) =>
        retainHandling !== 2 && !filter.shareGroup && (!this.#kind.queues || filter.wire === topic),
    );
    if (asking.length > 0) this.expected.push(`${topic} stored ${payload}`);
  }

  deliver(...[{ topic, payload, retain }, filter, qos]: Parameters<Subscriber['deliver']>): void {
    const by = this.subscriptions.find((options) => options.filter === filter);
    assert.ok(by && qos <= by.qos, `${filter.text} was asked for with less than QoS ${qos}`);
    // A payload says whether it was published with the flag, so that the flag of now and of then can be told apart.
    const stored = retain && !this.expected.includes(`${topic} now ${payload}`);
    if (retain && !stored) assert.ok(by.retainAsPublished, `${filter.text} did not ask for the flag as published`);
    // RabbitMQ replays for a filter without wildcards only. Then others that match get it too, and nothing tells it
    // apart.
    if (stored && this.#kind.queues && !this.expected.includes(`${topic} stored ${payload}`)) return;
    this.got.push(`${topic} ${stored ? 'stored' : 'now'} ${payload}`);
  }

  stateChanged(): void {}

  #matching(topic: string): Alone['subscriptions'] {
    return this.subscriptions.filter(({ filter }) => filterMatches(filter.wire, topic));
  }
}

function pick<T>(random: () => number, choices: readonly T[]): T {
  const choice = choices[Math.floor(random() * choices.length)];
  assert.ok(choice !== undefined);
  return choice;
}

function randomFilter(random: () => number): string {
  const levels = Array.from({ length: 1 + Math.floor(random() * 2) }, () => pick(random, [...LEVELS, '+', '+']));
  return random() < 0.3 ? (random() < 0.5 ? '#' : `${levels[0]}/#`) : levels.join('/');
}

/** One run: nodes are added, removed and deployed again, the connection is lost, and others publish in between. */
class Run {
  readonly #random: () => number;
  readonly #kind: ServerKind;
  readonly #clock = new FakeClock();
  readonly #subscriptions = new Subscriptions(this.#clock, assert.ifError, new AnswerWatch(this.#clock));
  readonly #server: ModelServer;
  readonly #nodes: Alone[] = [];
  #names = 0;
  #payloads = 0;

  constructor(kind: ServerKind, seed: number) {
    this.#random = generator(seed);
    this.#kind = kind;
    const shuffle = <T>(values: readonly T[]): T[] => {
      const keyed = values.map((value) => ({ value, key: this.#random() }));
      return keyed.sort((a, b) => a.key - b.key).map(({ value }) => value);
    };
    this.#server = new ModelServer(kind, this.#clock, this.#subscriptions, shuffle);
    this.#server.gap = seed % 4 === 0 ? 400 : 0;
    this.#server.window = seed % 4 === 1 ? 20 : Number.POSITIVE_INFINITY;
  }

  go(): void {
    for (let count = 1 + Math.floor(this.#random() * 4); count > 0; count--) this.#start();
    for (let count = 0; count < 3; count++) this.#publish(true);
    this.#server.connect(false);
    this.#storedFor(this.#nodes);
    this.#check('the first connection');
    for (let step = 0; step < 8; step++) {
      this.#check(this.#change());
      for (let count = Math.floor(this.#random() * 6); count > 0; count--) {
        const publication = this.#publish(this.#random() < 0.2);
        for (const node of this.#nodes) node.expects(publication);
        this.#clock.advance(Math.floor(this.#random() * 400));
      }
      this.#check('publications');
    }
    for (const { given } of this.#server.receipts)
      assert.equal(given.length, 1, 'each publication is acknowledged once');
  }

  #change(): string {
    const dice = this.#random();
    if (dice < 0.4) {
      this.#storedFor([this.#start()]);
      return 'a node that starts';
    }
    if (dice < 0.55) {
      const [gone] = this.#nodes.splice(Math.floor(this.#random() * this.#nodes.length), 1);
      gone?.remove();
      return 'a node that goes';
    }
    if (dice < 0.75) return this.#deploy();
    const sessionPresent = dice < 0.88;
    this.#server.disconnect();
    this.#clock.advance(100);
    this.#server.connect(sessionPresent);
    if (!sessionPresent) this.#storedFor(this.#nodes);
    return `a new connection (${sessionPresent ? 'session kept' : 'session lost'})`;
  }

  /** All nodes are deployed again, with one new node. Only the new one matters to the server. */
  #deploy(): string {
    const before = this.#server.packets.length;
    this.#subscriptions.hold();
    for (const node of this.#nodes) {
      node.remove();
      node.remove = this.#subscriptions.add(node);
    }
    this.#clock.advance(50);
    this.#subscriptions.release();
    this.#clock.advance(1000);
    assert.equal(this.#server.packets.length, before, 'a deploy that changes nothing sends nothing');
    return 'a deploy';
  }

  #start(): Alone {
    const node = new Alone(`node${this.#names++}`, this.#random, this.#kind);
    node.remove = this.#subscriptions.add(node);
    this.#nodes.push(node);
    return node;
  }

  #storedFor(nodes: readonly Alone[]): void {
    for (const publication of this.#server.stored.values()) for (const node of nodes) node.expectsStored(publication);
  }

  #publish(retain: boolean): Published {
    const topic = Array.from({ length: 1 + Math.floor(this.#random() * 2) }, () => pick(this.#random, LEVELS)).join(
      '/',
    );
    const publication = { topic, payload: String(this.#payloads++), qos: pick<QoS>(this.#random, [0, 1, 2]), retain };
    this.#server.receive(publication);
    return publication;
  }

  #check(what: string): void {
    this.#clock.advance(SETTLED);
    for (const node of this.#nodes) {
      const { identity, got, expected, subscriptions } = node;
      const asked = subscriptions.map((options) => JSON.stringify({ ...options, filter: options.filter.text })).join();
      assert.deepEqual(got.toSorted(), expected.toSorted(), `${identity} ${asked} after ${what}`);
      got.length = 0;
      expected.length = 0;
    }
  }
}

describe('connection/subscriptions/subscriptions: each subscriber as if it were alone', () => {
  for (const kind of SERVER_KINDS) {
    it(`random subscribers on a server of the kind: ${kind.name}`, function () {
      this.timeout(300_000);
      for (let seed = 1; seed <= 300; seed++) {
        try {
          new Run(kind, seed).go();
        } catch (error) {
          throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
        }
      }
    });
  }
});
