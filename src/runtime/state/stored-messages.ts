// Asks the server for retained messages: subscribes, receives and unsubscribes.

import type { Clock } from '../../connection/clock';
import type { Connection } from '../../connection/connection';
import { failed, found, type Result } from '../../core/errors/result';
import type { IncomingPublication } from '../../core/publications/publication';
import type { TopicFilter } from '../../core/topics/topic-filter';

/** ms without another message after which a server has sent all */
const QUIET = 250;
/** ms after which the answer is complete, however many more come */
const LONGEST = 30_000;

interface StoredQuestion {
  readonly filter: TopicFilter;
  /** Whether one message is all that can come. */
  readonly single: boolean;
  /** ms to wait for the first */
  readonly timeout: number;
  /** The most messages that are taken, and the most bytes of their payloads. */
  readonly most: { readonly topics: number; readonly bytes: number };
}

/** The questions of one node. Those for the same filter share one subscription. */
export class StoredMessages {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #owner: string;
  readonly #asking = new Map<string, Promise<Result<IncomingPublication[]>>>();
  readonly #endings = new Set<() => void>();

  /** `owner` is the node, for users who ask what a connection is used for. */
  constructor(connection: Connection, clock: Clock, owner: string) {
    this.#connection = connection;
    this.#clock = clock;
    this.#owner = owner;
  }

  /**
   * The messages, one for each topic, retained or published meanwhile: none when there are none or nobody answers. The
   * server's refusal is the error.
   */
  ask(question: StoredQuestion): Promise<Result<IncomingPublication[]>> {
    const { wire } = question.filter;
    const asking = this.#asking.get(wire);
    if (asking) return asking;
    const answer = this.#subscribe(question).finally(() => this.#asking.delete(wire));
    this.#asking.set(wire, answer);
    return answer;
  }

  /** Ends all questions with what has come. */
  close(): void {
    for (const end of [...this.#endings]) end();
  }

  #subscribe({ filter, single, timeout, most }: StoredQuestion): Promise<Result<IncomingPublication[]>> {
    return new Promise((resolve) => {
      const received = new Map<string, IncomingPublication>();
      const begun = this.#clock.now();
      let bytes = 0;
      let remove: (() => void) | undefined;
      let stopWaiting = (): void => {};
      const settle = (result: Result<IncomingPublication[]>): void => {
        stopWaiting();
        this.#endings.delete(end);
        // The server may answer before subscribe() has returned.
        queueMicrotask(() => remove?.());
        resolve(result);
      };
      const end = (): void => settle(found([...received.values()]));
      const wait = (delay: number): void => {
        stopWaiting();
        stopWaiting = this.#clock.after(delay, end);
      };
      this.#endings.add(end);
      wait(timeout);
      remove = this.#connection.subscribe({
        owner: this.#owner,
        subscriptions: [{ filter, qos: 0, noLocal: false, retainAsPublished: true, retainHandling: 0 }],
        deliver: (publication) => {
          // A message without a payload removes a value, and is none.
          if (!this.#endings.has(end) || publication.payload.length === 0) return;
          bytes += publication.payload.length - (received.get(publication.topic)?.payload.length ?? 0);
          received.set(publication.topic, publication);
          const enough = single || received.size >= most.topics || bytes >= most.bytes;
          if (enough || this.#clock.now() - begun > LONGEST) end();
          else wait(QUIET);
        },
        stateChanged: (_options, state) => {
          if (state.kind === 'refused' && this.#endings.has(end)) settle(failed(state.error));
        },
      });
    });
  }
}
