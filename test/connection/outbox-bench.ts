// An outbox with a server that a test attaches and takes away, and what became of each publication.

import assert from 'node:assert/strict';
import { AnswerWatch } from '#src/connection/answer-watch';
import type { OutboxStore } from '#src/connection/outbox/disk/outbox-store';
import { Outbox, type OutboxLimits } from '#src/connection/outbox/outbox';
import type { SessionPlace } from '#src/connection/outbox/outbox-sender';
import { Traffic } from '#src/connection/traffic';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import type { OutgoingPublication, QoS } from '#src/core/publications/publication';
import {
  defaultPublishOptions,
  type LostPublication,
  type PublishOptions,
  type PublishResult,
} from '#src/core/publications/publish-options';
import type { ServerInfo } from '#src/transport/transport';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { FakeNetwork, type FakeTransport, serverInfo } from '../helpers/fakes/fake-transport';
import { failure, outgoing } from './publications';
import { Settlements } from './settlements';

const ROOMY: OutboxLimits = { maxMessages: 1000, maxBytes: 1_000_000, overflow: 'reject' };
export const OK = { kind: 'acknowledged', reasonCode: 0 } as const;

/** An outbox, and a server that a test attaches and takes away. */
export class Bench {
  readonly outbox: Outbox;
  readonly settlements = new Settlements();
  /** What callbacks have thrown, and what went wrong with the disk. */
  readonly thrown: Error[] = [];
  /** What was lost after its publisher had been told that the outbox has it. */
  readonly lost: LostPublication[] = [];
  readonly clock: FakeClock;
  readonly #network = new FakeNetwork();

  /** With a store, what waits is there for the next bench that gets it. */
  constructor(limits: Partial<OutboxLimits> = {}, store?: OutboxStore, clock = new FakeClock()) {
    this.clock = clock;
    this.outbox = new Outbox(
      { ...ROOMY, ...limits },
      {
        clock: this.clock,
        random: () => 0,
        answers: new AnswerWatch(this.clock),
        traffic: new Traffic(),
        report: (error, lost) => {
          if (lost) this.lost.push(lost);
          else this.thrown.push(error);
        },
      },
      store,
    );
  }

  /** What became of which publication, in the order in which it became known. */
  get log(): readonly string[] {
    return this.settlements.log;
  }

  accept(topic: string, qos: QoS = 1, overrides: Partial<OutgoingPublication> = {}): void {
    this.outbox.accept(outgoing(topic, qos, overrides), this.settlements.of(topic));
  }

  acceptWith(topic: string, options: Partial<PublishOptions>, overrides: Partial<OutgoingPublication> = {}): void {
    const all = { ...defaultPublishOptions, ...options };
    this.outbox.accept(outgoing(topic, 1, overrides), this.settlements.of(topic), all);
  }

  acceptAll(...topics: readonly string[]): void {
    for (const topic of topics) this.accept(topic);
  }

  /** A connected transport as the outbox gets it from the connection. */
  attach(
    info: Partial<ServerInfo> = {},
    prepare: (transport: FakeTransport) => void = () => {},
    place: Partial<SessionPlace> = {},
  ): FakeTransport {
    const transport = this.#network.openTransport(
      () => Promise.reject(failure()),
      { server: 'server', protocolVersion: 5, clientId: 'test', keepalive: 60, cleanStart: true },
      { stage() {}, connected() {}, message() {}, writable: () => this.outbox.pump(), closed() {} },
    );
    assert.equal(transport, this.#network.latest);
    this.#network.latest.connect(info);
    prepare(this.#network.latest);
    const server = serverInfo(info);
    const whole = { home: 'server', previous: 'server', present: server.sessionPresent, ...place };
    this.outbox.enter(this.#network.latest, server, whole)();
    return this.#network.latest;
  }

  /** The stream is lost after a while, as the connection passes it on. */
  lose(transport: FakeTransport): void {
    this.clock.advance(2000);
    this.cut(transport);
  }

  /** The stream is lost at once. Returns what the outbox can say about it. */
  cut(transport: FakeTransport): MqttFlowsError | undefined {
    const error = failure('connection-lost');
    transport.lose(error);
    return this.outbox.detach(error);
  }

  /** The server ends the connection over something it was sent. Returns what the outbox can say about it. */
  refuse(transport: FakeTransport, reasonCode = 0x81): MqttFlowsError | undefined {
    const error = new MqttFlowsError('disconnected-by-server', { stage: 'connected', reasonCode });
    transport.lose(error);
    return this.outbox.detach(error);
  }
}

/** Answers the publication of a topic that was sent last. */
export function answer(transport: FakeTransport, topic: string, reasonCode = 0): void {
  const sent = transport.published.findLast(({ question }) => question.topic === topic);
  assert.ok(sent, `"${topic}" was sent`);
  sent.answer({ kind: reasonCode < 0x80 ? 'acknowledged' : 'refused', reasonCode });
}

export function settlementOf(bench: Bench, publication: OutgoingPublication): { latest: PublishResult | undefined } {
  const found: { latest: PublishResult | undefined } = { latest: undefined };
  bench.outbox.accept(publication, (settlement) => {
    assert.equal(found.latest, undefined, 'settled once');
    found.latest = settlement;
  });
  return found;
}

export function errorOf(settlement: PublishResult | undefined): MqttFlowsError {
  assert.ok(settlement && !settlement.ok, 'settled with an error');
  return settlement.error;
}
