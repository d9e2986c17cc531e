// A server as simple as it can be, for subscriptions: what it has stored, who matches, and the ways in which servers send
// a publication that several subscriptions match. Packets take some ms in each direction.

import type { Subscriptions } from '#src/connection/subscriptions/subscriptions';
import type { IncomingPublication, QoS } from '#src/core/publications/publication';
import type { WireFilter } from '#src/core/topics/topic-filter';
import type { ServerInfo, SubscribeOutcome, SubscribeRequest, Transport } from '#src/transport/transport';
import type { FakeClock } from '../helpers/fakes/fake-clock';
import { serverInfo } from '../helpers/fakes/fake-transport';
import { filterMatches } from '../helpers/fakes/linear-matcher';
import { RecordedReceipt } from '../helpers/fakes/recorded-receipt';

export interface ServerKind {
  readonly name: string;
  readonly protocolVersion: 5 | 4;
  readonly identifiers: 'none' | 'one' | 'all';
  /** What gets a copy of its own: all subscriptions that match, each of them, or those of each granted QoS. */
  readonly copies: 'one for all' | 'one for each' | 'one for each QoS';
  /** Whether a second SUBSCRIBE changes nothing but the QoS, as on mosquitto 2.0. */
  readonly sticky?: true;
  /** Whether the one identifier is another each time. */
  readonly varies?: true;
  readonly maximumQoS?: QoS;
  /** As seen on RabbitMQ 3.10, which has a queue for each QoS, and binds filters to it. */
  readonly queues?: true;
}

export const SERVER_KINDS: readonly ServerKind[] = [
  { name: 'MQTT 5, a copy for each identifier', protocolVersion: 5, identifiers: 'one', copies: 'one for each' },
  {
    name: 'MQTT 5, a copy for each, options stay',
    protocolVersion: 5,
    identifiers: 'one',
    copies: 'one for each',
    sticky: true,
  },
  { name: 'MQTT 5, one copy with all identifiers', protocolVersion: 5, identifiers: 'all', copies: 'one for all' },
  {
    name: 'MQTT 5, one copy with one of the identifiers',
    protocolVersion: 5,
    identifiers: 'one',
    copies: 'one for all',
  },
  {
    name: 'MQTT 5, one copy with any identifier',
    protocolVersion: 5,
    identifiers: 'one',
    copies: 'one for all',
    varies: true,
  },
  { name: 'MQTT 5 without identifiers, one copy', protocolVersion: 5, identifiers: 'none', copies: 'one for all' },
  {
    name: 'MQTT 5 without identifiers, a copy for each',
    protocolVersion: 5,
    identifiers: 'none',
    copies: 'one for each',
  },
  { name: 'MQTT 3.1.1, one copy', protocolVersion: 4, identifiers: 'none', copies: 'one for all' },
  { name: 'MQTT 3.1.1, a copy for each', protocolVersion: 4, identifiers: 'none', copies: 'one for each' },
  {
    name: 'MQTT 5, a copy for each QoS, with its identifiers',
    protocolVersion: 5,
    identifiers: 'all',
    copies: 'one for each QoS',
  },
  {
    name: 'MQTT 5 without identifiers, a copy for each QoS',
    protocolVersion: 5,
    identifiers: 'none',
    copies: 'one for each QoS',
  },
  { name: 'MQTT 3.1.1, a copy for each QoS', protocolVersion: 4, identifiers: 'none', copies: 'one for each QoS' },
  {
    name: 'MQTT 3.1.1, RabbitMQ',
    protocolVersion: 4,
    identifiers: 'none',
    copies: 'one for each QoS',
    maximumQoS: 1,
    queues: true,
  },
];

export interface Published {
  readonly topic: string;
  readonly payload: string;
  readonly qos: QoS;
  readonly retain: boolean;
}

/** A subscription at the server. */
interface Stands {
  readonly request: SubscribeRequest;
  /** One, unless a SUBSCRIBE with another QoS adds to the earlier one. */
  readonly grants: ReadonlySet<QoS>;
}

/** One copy of a publication is for these. */
interface Grant {
  readonly request: SubscribeRequest;
  readonly qos: QoS;
}

/** ms in one direction */
const LATENCY = 3;

export class ModelServer implements Transport {
  readonly writable = true;
  readonly reading = true;
  readonly progress = { received: 0, sent: 0, waiting: 0, busyFor: 0 };
  readonly stored = new Map<string, Published>();
  /** What it was asked, as lines of text. */
  readonly packets: string[] = [];
  /** The acknowledgements of what has arrived. */
  readonly receipts: RecordedReceipt[] = [];
  /** ms for which the link stands still after the first copy of each publication */
  gap = 0;
  /** The most publications at QoS 1 and 2 that it leaves unacknowledged. */
  window = Number.POSITIVE_INFINITY;
  /** When the latest of what is on its way arrives, in ms of the clock. */
  #arrival = 0;
  /** What waits for room in the window. */
  #queue: (() => void)[] = [];
  #unanswered = 0;
  /** What has arrived on this connection and is not acknowledged. */
  unacknowledged = 0;
  readonly #kind: ServerKind;
  readonly #clock: FakeClock;
  readonly #client: Subscriptions;
  readonly #shuffle: <T>(values: readonly T[]) => T[];
  #subscriptions = new Map<WireFilter, Stands>();
  #generation = 0;
  #turn = 0;

  constructor(
    kind: ServerKind,
    clock: FakeClock,
    client: Subscriptions,
    shuffle: <T>(values: readonly T[]) => T[] = (values) => [...values],
  ) {
    this.#kind = kind;
    this.#clock = clock;
    this.#client = client;
    this.#shuffle = shuffle;
  }

  connect(sessionPresent: boolean): void {
    if (!sessionPresent) this.#subscriptions = new Map();
    else if (this.#kind.queues) this.#forgetQoS0();
    this.#generation++;
    this.#queue = [];
    this.#unanswered = 0;
    this.unacknowledged = 0;
    const { protocolVersion, identifiers } = this.#kind;
    const info: ServerInfo = serverInfo({
      protocolVersion,
      sessionPresent,
      subscriptionIdentifiersAvailable: identifiers !== 'none',
    });
    this.#client.attach(this, info);
  }

  disconnect(): void {
    this.#generation++;
    this.#client.detach();
  }

  publish(): never {
    throw new Error('The model takes no publications from the client');
  }

  send(): never {
    return this.publish();
  }

  release(): never {
    return this.publish();
  }

  /** A publication of another client. */
  receive(publication: Published): void {
    const { topic, payload, retain } = publication;
    if (retain && payload === '') this.stored.delete(topic);
    else if (retain) this.stored.set(topic, publication);
    const grants = Array.from(this.#subscriptions.values()).flatMap(({ request, grants }) =>
      Array.from(grants, (qos) => ({ request, qos })),
    );
    const matching = this.#shuffle(grants.filter(({ request }) => filterMatches(request.filter, topic)));
    for (const group of this.#groups(matching)) {
      if (group.length === 0) continue;
      this.#send(publication, group);
      this.#standStill(this.gap);
    }
  }

  /** Each gets a copy. A shared subscription has one of its own. */
  #groups(matching: readonly Grant[]): readonly (readonly Grant[])[] {
    const { copies } = this.#kind;
    if (copies === 'one for each') return matching.map((grant) => [grant]);
    const shared = matching.filter(({ request }) => request.filter.startsWith('$share/'));
    const own = matching.filter((grant) => !shared.includes(grant));
    const levels = new Set(own.map(({ qos }) => qos));
    const owns =
      copies === 'one for all' ? [own] : Array.from(levels, (level) => own.filter(({ qos }) => qos === level));
    return [...owns, ...shared.map((one) => [one])];
  }

  /** The queue for QoS 0 is not part of the session. */
  #forgetQoS0(): void {
    for (const [filter, { request, grants }] of this.#subscriptions) {
      const left = new Set(Array.from(grants).filter((qos) => qos > 0));
      if (left.size > 0) this.#subscriptions.set(filter, { request, grants: left });
      else this.#subscriptions.delete(filter);
    }
  }

  subscribe(request: SubscribeRequest, settled: (outcome: SubscribeOutcome) => void): void {
    this.packets.push(`SUBSCRIBE ${request.filter}`);
    this.#later(() => {
      const before = this.#subscriptions.get(request.filter);
      const isNew = !before;
      const kept = this.#kind.sticky && before ? { retainAsPublished: before.request.retainAsPublished } : {};
      const qos = Math.min(request.qos, this.#kind.maximumQoS ?? 2) as QoS;
      const grants = new Set([...(this.#kind.queues && before ? before.grants : []), qos]);
      this.#subscriptions.set(request.filter, { request: { ...request, ...kept }, grants });
      this.#arrives(() => settled({ kind: 'granted', qos }));
      const replay = request.retainHandling === 0 || (request.retainHandling === 1 && isNew);
      if (!replay || request.filter.startsWith('$share/')) return;
      for (const publication of this.stored.values()) {
        const finds = this.#kind.queues
          ? request.filter === publication.topic
          : filterMatches(request.filter, publication.topic);
        if (finds) this.#send(publication, [{ request, qos }], true);
      }
    });
  }

  unsubscribe(filter: WireFilter, settled: (answered: boolean) => void): void {
    this.packets.push(`UNSUBSCRIBE ${filter}`);
    this.#later(() => {
      this.#subscriptions.delete(filter);
      this.#arrives(() => settled(true));
    });
  }

  ping(answered: () => void): void {
    this.#later(() => this.#arrives(answered));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  destroy(): void {}

  #send({ topic, payload, qos, retain }: Published, grants: readonly Grant[], stored = false): void {
    const granted = Math.max(...grants.map(({ qos }) => qos)) as QoS;
    const asPublished = this.#kind.protocolVersion === 5 && grants.some(({ request }) => request.retainAsPublished);
    const identifiers = grants.flatMap(({ request }) => request.identifier ?? []);
    // The same for a topic as long as the subscriptions are the same, and another one when a new one has come.
    const largest = identifiers.length === 0 ? [] : [Math.max(...identifiers)];
    const turn = this.#turn++ % (identifiers.length || 1);
    const merged = this.#kind.varies ? identifiers.slice(turn, turn + 1) : largest;
    const publication: IncomingPublication = {
      topic,
      payload: Buffer.from(payload),
      qos: Math.min(qos, granted) as QoS,
      retain: stored || (retain && asPublished),
      dup: false,
      subscriptionIdentifiers: this.#kind.identifiers === 'all' ? identifiers : merged,
    };
    if (publication.qos === 0) return this.#arrives(() => this.#client.deliver(publication, undefined));
    this.#queue.push(() => this.#arrives(() => this.#deliver(publication)));
    this.#sendQueued();
  }

  #sendQueued(): void {
    while (this.#unanswered < this.window && this.#queue.length > 0) {
      this.#unanswered++;
      this.#queue.shift()?.();
    }
  }

  #deliver(publication: IncomingPublication): void {
    const generation = this.#generation;
    const receipt = new RecordedReceipt(() => {
      if (this.#generation !== generation) return;
      this.unacknowledged--;
      this.#later(() => {
        this.#unanswered--;
        this.#sendQueued();
      });
    });
    this.unacknowledged++;
    this.receipts.push(receipt);
    this.#client.deliver(publication, receipt);
  }

  /** What the server sends next comes `ms` later than it would, and all that follows comes after it. */
  #standStill(ms: number): void {
    if (ms > 0) this.#arrival = Math.max(this.#arrival, this.#clock.now() + LATENCY) + ms;
  }

  /** Arrives at the client, in the order in which it was sent. */
  #arrives(happens: () => void): void {
    const generation = this.#generation;
    this.#arrival = Math.max(this.#arrival, this.#clock.now() + LATENCY);
    this.#clock.after(this.#arrival - this.#clock.now(), () => {
      if (this.#generation === generation) happens();
    });
  }

  #later(happens: () => void): void {
    const generation = this.#generation;
    this.#clock.after(LATENCY, () => {
      if (this.#generation === generation) happens();
    });
  }
}
