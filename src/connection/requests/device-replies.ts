// The replies of devices that know nothing of response topics, under a topic of theirs. A condition tells them apart, or
// one request at a time waits for them.

import { found, type Result } from '../../core/errors/result';
import type { IncomingPublication, OutgoingPublication } from '../../core/publications/publication';
import { Fifo } from '../../core/queues/fifo';
import { InOrder } from '../../core/queues/in-order';
import type { TopicFilter } from '../../core/topics/topic-filter';
import type { AcceptsReply, PendingRequest } from './pending-request';
import { type Ready, ReplyChannel, type RequestLink } from './reply-channel';

/** Replies whose conditions may wait to be evaluated. */
const MOST_WAITING = 1000;
/** Requests without a reply whose late replies are counted. */
const MOST_OVERDUE = 1000;

const YES = found(true);
const any: AcceptsReply = () => YES;

export class DeviceReplies extends ReplyChannel {
  readonly #pending = new Set<PendingRequest>();
  /** The request that takes whatever comes, and those that wait for their turn to do so. */
  #taker: PendingRequest | undefined;
  readonly #turns = new Map<PendingRequest, () => void>();
  #passing = false;
  readonly #order = new InOrder(MOST_WAITING);
  /** What to call when the reply of an ended request comes after all. */
  readonly #overdue = new Fifo<() => void>();
  readonly #becameIdle: () => void;

  /** `becameIdle` is called when the last request has ended. */
  constructor(link: RequestLink, filter: TopicFilter, becameIdle: () => void) {
    super(link, filter);
    this.#becameIdle = becameIdle;
  }

  get idle(): boolean {
    return this.#pending.size === 0;
  }

  enter(pending: PendingRequest, ready: Ready): void {
    this.#pending.add(pending);
    pending.onceOver(() => this.#leave(pending));
    const go = (): void => this.subscribe(pending.request.publication.qos, ready);
    if (acceptsOf(pending) !== any) return go();
    const takeTurn = (): void => {
      this.#taker = pending;
      go();
    };
    if (!this.#taker) return takeTurn();
    this.#turns.set(pending, takeTurn);
  }

  addressed(pending: PendingRequest): OutgoingPublication {
    return pending.request.publication;
  }

  protected take(reply: IncomingPublication): void {
    const asked = Array.from(this.#pending).filter((pending) => pending.asked);
    // Whoever takes anything must not take what another is waiting for.
    const [particular, others] = [true, false].map((has) => asked.filter((each) => (acceptsOf(each) !== any) === has));
    const candidates = [...(particular ?? []), ...(others ?? [])];
    const offer = (): Promise<void> | undefined => this.#offer(reply, candidates);
    // A full queue means that conditions take longer than replies need to come. Nobody could be told whose reply this is.
    this.#order.run(offer, () => {});
  }

  /** Gives `reply` to the first of `candidates` that accepts it. */
  #offer(reply: IncomingPublication, candidates: readonly PendingRequest[]): Promise<void> | undefined {
    for (const [index, pending] of candidates.entries()) {
      if (pending.over) continue;
      const accepted = acceptsOf(pending)(reply);
      if (accepted instanceof Promise) {
        return accepted.then((result) =>
          this.#gives(reply, pending, result) ? undefined : this.#offer(reply, candidates.slice(index + 1)),
        );
      }
      if (this.#gives(reply, pending, accepted)) return undefined;
    }
    this.#overdue.shift()?.();
    return undefined;
  }

  #gives(reply: IncomingPublication, pending: PendingRequest, accepted: Result<boolean>): boolean {
    if (!accepted.ok) {
      pending.fail(accepted.error);
      return false;
    }
    if (accepted.value) pending.take(reply);
    return accepted.value;
  }

  #leave(pending: PendingRequest): void {
    this.#pending.delete(pending);
    this.#turns.delete(pending);
    const { listener, asked, answered } = pending;
    if (asked && !answered && this.#overdue.length < MOST_OVERDUE) this.#overdue.push(() => listener.late());
    if (this.#taker === pending) this.#nextTurn();
    if (this.idle) this.#becameIdle();
  }

  #nextTurn(): void {
    this.#taker = undefined;
    // A request that ends at once gives its turn to the next one in the same loop.
    if (this.#passing) return;
    this.#passing = true;
    for (const [pending, takeTurn] of this.#turns) {
      this.#turns.delete(pending);
      takeTurn();
      if (this.#taker) break;
    }
    this.#passing = false;
  }
}

function acceptsOf({ request: { responder } }: PendingRequest): AcceptsReply {
  return (responder.kind === 'device' ? responder.accepts : undefined) ?? any;
}
