// A transport without a network: it records requests, and the test plays the server.

import type { ErrorStage, MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import type { IncomingPublication, OutgoingPublication } from '#src/core/publications/publication';
import type { WireFilter } from '#src/core/topics/topic-filter';
import type {
  ConnectOptions,
  LinkProgress,
  OpenStream,
  OpenTransport,
  Outbound,
  PublishOutcome,
  Receipt,
  ServerInfo,
  SubscribeOutcome,
  SubscribeRequest,
  Transport,
  TransportListener,
} from '#src/transport/transport';

/** A server without limits and without an earlier session. */
export function serverInfo(overrides: Partial<ServerInfo> = {}): ServerInfo {
  return {
    protocolVersion: 5,
    sessionPresent: false,
    receiveMaximum: 65_535,
    window: 65_535,
    maximumQoS: 2,
    retainAvailable: true,
    maximumPacketSize: 268_435_455,
    subscriptionIdentifiersAvailable: true,
    wildcardSubscriptionAvailable: true,
    sharedSubscriptionAvailable: true,
    ...overrides,
  };
}

/** A request to the server. The test answers it once. */
export class Sent<Q, A> {
  readonly question: Q;
  readonly #settled: (answer: A) => void;
  #answered = false;

  constructor(question: Q, settled: (answer: A) => void) {
    this.question = question;
    this.#settled = settled;
  }

  get answered(): boolean {
    return this.#answered;
  }

  answer(answer: A): void {
    if (this.#answered) throw new Error('The test answers the same packet twice');
    this.#answered = true;
    this.#settled(answer);
  }

  /** Settles the request as the end of the stream does. */
  abandon(answer: A): void {
    if (!this.#answered) this.answer(answer);
  }
}

/** A PUBLISH, or a PUBREL for a PUBLISH of an earlier connection. */
export class SentPublication extends Sent<OutgoingPublication, PublishOutcome> {
  readonly packet: 'publish' | 'pubrel';
  /** 0 for a publication that belongs to this connection only. */
  readonly packetIdentifier: number;
  readonly dup: boolean;
  readonly #outbound: Outbound | undefined;
  /** Whether PUBREL was sent. */
  released = false;

  constructor(
    question: OutgoingPublication,
    settled: (answer: PublishOutcome) => void,
    details: { outbound?: Outbound; dup?: boolean; packet?: 'publish' | 'pubrel' } = {},
  ) {
    super(question, settled);
    this.packet = details.packet ?? 'publish';
    this.dup = details.dup ?? false;
    this.#outbound = details.outbound;
    this.packetIdentifier = details.outbound?.packetIdentifier ?? 0;
  }

  /** PUBREC. */
  receive(): void {
    this.#outbound?.received();
  }

  get outbound(): Outbound | undefined {
    return this.#outbound;
  }
}

type SentSubscribe = Sent<SubscribeRequest, SubscribeOutcome>;
type SentUnsubscribe = Sent<WireFilter, boolean>;

export class FakeTransport implements Transport {
  readonly open: OpenStream;
  readonly options: ConnectOptions;
  readonly published: SentPublication[] = [];
  readonly subscribed: SentSubscribe[] = [];
  readonly unsubscribed: SentUnsubscribe[] = [];
  /** The requests of all three kinds as lines of text, in order. */
  readonly packets: string[] = [];
  /** Answers that are given as soon as a packet is sent. */
  readonly automatic: { publish?: PublishOutcome; subscribe?: SubscribeOutcome } = {};
  /** When true, close() waits for finishClosing(). */
  closesSlowly = false;
  destroyed = false;
  closing = false;
  reading = true;
  unacknowledged = 0;
  progress: LinkProgress = { received: 0, sent: 0, waiting: 0, busyFor: 0 };
  readonly #listener: TransportListener;
  #connected = false;
  #full = false;
  #finishClosing: (() => void) | undefined;

  constructor(open: OpenStream, options: ConnectOptions, listener: TransportListener) {
    this.open = open;
    this.options = options;
    this.#listener = listener;
  }

  get writable(): boolean {
    return this.#connected && !this.#full;
  }

  /** Topics in the order in which they were sent. */
  get topics(): string[] {
    return this.published.map(({ question }) => question.topic);
  }

  send(outbound: Outbound, dup: boolean): void {
    this.#ask(`PUBLISH ${outbound.publication.topic}`);
    this.#sent(new SentPublication(outbound.publication, (outcome) => outbound.settled(outcome), { outbound, dup }));
  }

  release(outbound: Outbound): void {
    this.#ask(`PUBREL ${outbound.publication.topic}`);
    const before = this.published.findLast((sent) => sent.outbound === outbound && !sent.answered);
    if (before) before.released = true;
    else {
      const details = { outbound, packet: 'pubrel' } as const;
      this.#sent(new SentPublication(outbound.publication, (outcome) => outbound.settled(outcome), details));
    }
  }

  publish(publication: OutgoingPublication, settled: (outcome: PublishOutcome) => void): void {
    this.#ask(`PUBLISH ${publication.topic}`);
    this.#sent(new SentPublication(publication, settled));
  }

  #sent(sent: SentPublication): void {
    this.published.push(sent);
    if (this.automatic.publish) sent.answer(this.automatic.publish);
  }

  subscribe(request: SubscribeRequest, settled: (outcome: SubscribeOutcome) => void): void {
    this.#ask(`SUBSCRIBE ${request.filter}`);
    const sent = new Sent(request, settled);
    this.subscribed.push(sent);
    if (this.automatic.subscribe) sent.answer(this.automatic.subscribe);
  }

  unsubscribe(filter: WireFilter, settled: (answered: boolean) => void): void {
    this.#ask(`UNSUBSCRIBE ${filter}`);
    this.unsubscribed.push(new Sent(filter, settled));
  }

  /** The server answers at once, with nothing on its way. */
  ping(answered: () => void): void {
    answered();
  }

  close(): Promise<void> {
    this.closing = true;
    this.#end();
    if (!this.closesSlowly) return Promise.resolve();
    return new Promise((resolve) => {
      this.#finishClosing = resolve;
    });
  }

  destroy(): void {
    this.destroyed = true;
    this.#end();
  }

  // The actions of the server and of the network:

  stage(stage: ErrorStage): void {
    this.#listener.stage(stage);
  }

  connect(overrides: Partial<ServerInfo> = {}): void {
    this.#connected = true;
    this.#listener.connected(serverInfo(overrides));
  }

  /** The stream ends, or the server refuses the connection. */
  lose(error: MqttFlowsError): void {
    this.#end();
    this.#listener.closed(error);
  }

  message(publication: IncomingPublication, receipt?: Receipt): void {
    this.#listener.message(publication, receipt);
  }

  /** The stream accepts no more until drain(). */
  fill(): void {
    this.#full = true;
  }

  drain(): void {
    this.#full = false;
    this.#listener.writable();
  }

  finishClosing(): void {
    this.#finishClosing?.();
  }

  /** Like the real transport, settles everything unanswered before it reports the end. */
  #end(): void {
    this.#connected = false;
    for (const sent of this.published) sent.abandon({ kind: 'unconfirmed' });
    for (const sent of this.subscribed) sent.abandon({ kind: 'unanswered' });
    for (const sent of this.unsubscribed) sent.abandon(false);
  }

  #ask(packet: string): void {
    if (!this.#connected) throw new Error(`${packet} on a transport that is not connected`);
    this.packets.push(packet);
  }
}

/** Makes the fake transports of a connection, and keeps them. */
export class FakeNetwork {
  readonly transports: FakeTransport[] = [];

  readonly openTransport: OpenTransport = (open, options, listener) => {
    const transport = new FakeTransport(open, options, listener);
    this.transports.push(transport);
    return transport;
  };

  /** The transport of the latest attempt. */
  get latest(): FakeTransport {
    const transport = this.transports.at(-1);
    if (!transport) throw new Error('No transport has been opened');
    return transport;
  }
}
