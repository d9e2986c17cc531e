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
  /** Whether each subscription that matches gets a copy. */
  readonly copies: boolean;
  /** Whether a second SUBSCRIBE changes nothing but the QoS, as on mosquitto 2.0. */
  readonly sticky?: true;
  /** Whether the one identifier is another each time. */
  readonly varies?: true;
}

export const SERVER_KINDS: readonly ServerKind[] = [
  { name: 'MQTT 5, a copy for each identifier', protocolVersion: 5, identifiers: 'one', copies: true },
  { name: 'MQTT 5, a copy for each, options stay', protocolVersion: 5, identifiers: 'one', copies: true, sticky: true },
  { name: 'MQTT 5, one copy with all identifiers', protocolVersion: 5, identifiers: 'all', copies: false },
  { name: 'MQTT 5, one copy with one of the identifiers', protocolVersion: 5, identifiers: 'one', copies: false },
  { name: 'MQTT 5, one copy with any identifier', protocolVersion: 5, identifiers: 'one', copies: false, varies: true },
  { name: 'MQTT 5 without identifiers, one copy', protocolVersion: 5, identifiers: 'none', copies: false },
  { name: 'MQTT 5 without identifiers, a copy for each', protocolVersion: 5, identifiers: 'none', copies: true },
  { name: 'MQTT 3.1.1, one copy', protocolVersion: 4, identifiers: 'none', copies: false },
  { name: 'MQTT 3.1.1, a copy for each', protocolVersion: 4, identifiers: 'none', copies: true },
];

export interface Published {
  readonly topic: string;
  readonly payload: string;
  readonly qos: QoS;
  readonly retain: boolean;
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
  /** Acknowledgements that it still waits for. */
  readonly receipts: RecordedReceipt[] = [];
  readonly #kind: ServerKind;
  readonly #clock: FakeClock;
  readonly #client: Subscriptions;
  readonly #shuffle: <T>(values: readonly T[]) => T[];
  #subscriptions = new Map<WireFilter, SubscribeRequest>();
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
    this.#generation++;
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
    const matching = this.#shuffle(
      [...this.#subscriptions.values()].filter(({ filter }) => filterMatches(filter, topic)),
    );
    const shared = matching.filter(({ filter }) => filter.startsWith('$share/'));
    const own = matching.filter((request) => !shared.includes(request));
    const groups = this.#kind.copies ? matching.map((request) => [request]) : [own, ...shared.map((one) => [one])];
    for (const group of groups) if (group.length > 0) this.#send(publication, group);
  }

  subscribe(request: SubscribeRequest, settled: (outcome: SubscribeOutcome) => void): void {
    this.packets.push(`SUBSCRIBE ${request.filter}`);
    this.#later(() => {
      const before = this.#subscriptions.get(request.filter);
      const isNew = !before;
      const kept = this.#kind.sticky && before ? { retainAsPublished: before.retainAsPublished } : {};
      this.#subscriptions.set(request.filter, { ...request, ...kept });
      this.#later(() => settled({ kind: 'granted', qos: request.qos }));
      const replay = request.retainHandling === 0 || (request.retainHandling === 1 && isNew);
      if (!replay || request.filter.startsWith('$share/')) return;
      for (const publication of this.stored.values()) {
        if (filterMatches(request.filter, publication.topic)) this.#send(publication, [request], true);
      }
    });
  }

  unsubscribe(filter: WireFilter, settled: (answered: boolean) => void): void {
    this.packets.push(`UNSUBSCRIBE ${filter}`);
    this.#later(() => {
      this.#subscriptions.delete(filter);
      this.#later(() => settled(true));
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  destroy(): void {}

  #send({ topic, payload, qos, retain }: Published, requests: readonly SubscribeRequest[], stored = false): void {
    const granted = Math.max(...requests.map((request) => request.qos)) as QoS;
    const asPublished = this.#kind.protocolVersion === 5 && requests.some((request) => request.retainAsPublished);
    const identifiers = requests.flatMap(({ identifier }) => identifier ?? []);
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
    this.#later(() => {
      const receipt = publication.qos > 0 ? new RecordedReceipt() : undefined;
      if (receipt) this.receipts.push(receipt);
      this.#client.deliver(publication, receipt);
    });
  }

  #later(happens: () => void): void {
    const generation = this.#generation;
    this.#clock.after(LATENCY, () => {
      if (this.#generation === generation) happens();
    });
  }
}
