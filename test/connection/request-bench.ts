// A requester on a connection with a fake network and a fake clock, and what has become of its requests.

import type { AcceptsReply, Request, RequestEnd, Responder } from '#src/connection/requests/pending-request';
import { Requester, type RequestLimits } from '#src/connection/requests/requester';
import { ResponseTopics } from '#src/connection/requests/response-topics';
import type { IncomingPublication, OutgoingPublication } from '#src/core/publications/publication';
import { filterOf } from '../core/parsed';
import type { FakeTransport } from '../helpers/fakes/fake-transport';
import { ConnectionBench } from './connection-bench';
import { incoming, outgoing } from './publications';

export const TIMEOUT = 5000;
const granted = { kind: 'granted', qos: 2 } as const;

export class RequestBench extends ConnectionBench {
  readonly topics: ResponseTopics;
  readonly requester: Requester;
  /** Lines such as `a: answer` and `b: request-timeout acknowledged`, in the order in which requests ended. */
  readonly log: string[] = [];
  readonly ends: RequestEnd[] = [];
  #random = 0;

  constructor(
    limits: RequestLimits = { atATime: 100, waiting: 100 },
    ...settings: ConstructorParameters<typeof ConnectionBench>
  ) {
    super(...settings);
    // Each draw differs from all before.
    const random = (): Buffer => Buffer.alloc(16, ++this.#random);
    this.topics = new ResponseTopics(this.connection, this.clock, random);
    this.requester = new Requester(this.connection, this.topics, this.clock, limits);
  }

  /** A connection whose server grants every subscription and acknowledges every publication. */
  answering(...info: Parameters<FakeTransport['connect']>): FakeTransport {
    if (this.kind === 'idle') this.connection.connect();
    this.transport.automatic.subscribe = granted;
    this.transport.automatic.publish = { kind: 'acknowledged', reasonCode: 0 };
    this.transport.connect(...info);
    this.clock.advance(0);
    return this.transport;
  }

  /** Asks `name`, which is the topic of the request too. */
  ask(name: string, overrides: Partial<Request> = {}): void {
    const request: Request = {
      publication: outgoing(name, 1),
      whileOffline: 'wait',
      origin: 'node',
      timeout: TIMEOUT,
      replies: { most: 1, least: 1 },
      responder: { kind: 'told', prefix: '' },
      ...overrides,
    };
    this.requester.ask(request, (end) => {
      this.ends.push(end);
      const replies = end.replies.map(({ payload }) => payload.toString()).join(' ');
      this.log.push(end.ok ? `${name}: ${replies}` : `${name}: ${end.error.code} ${end.progress}${replies}`);
    });
    // What changed in this turn is sent.
    this.clock.advance(0);
  }

  /** The request `name` as it was published last. */
  published(name: string): OutgoingPublication {
    const sent = this.transport.published.findLast(({ question }) => question.topic === name);
    if (!sent) throw new Error(`"${name}" was not published`);
    return sent.question;
  }

  /** A responder that is told where to answer `request` does so. */
  reply(request: OutgoingPublication, text: string): void {
    const { responseTopic = '', correlationData } = request.properties ?? {};
    this.arrive(responseTopic, text, correlationData ? { correlationData: Buffer.from(correlationData) } : {});
  }

  /** A publication arrives. */
  arrive(topic: string, text: string, properties: IncomingPublication['properties'] = {}): void {
    this.transport.message(incoming(topic, [], { payload: Buffer.from(text), properties }));
  }
}

export function device(filter: string, accepts?: AcceptsReply): Responder {
  return { kind: 'device', filter: filterOf(filter), ...(accepts ? { accepts } : {}) };
}
