// The birth message of a client after it connects, and its close message before it disconnects. The will, for a
// connection that is lost, is part of CONNECT.

import type { OutgoingPublication } from '../core/publications/publication';
import type { PublishOutcome, ServerInfo, Transport } from '../transport/transport';
import type { SendingWatch } from './answer-watch';
import type { Clock } from './clock';
import type { Report } from './report';
import { limitProblem, refused } from './server-limits';
import type { Subscriptions } from './subscriptions/subscriptions';

/** The time in ms for which the birth message waits for the server's answers to the subscriptions. */
const ANSWER_TIME = 5000;
/** The time in ms for the close message. */
const CLOSE_TIME = 400;

export interface PresenceMessages {
  readonly birth?: OutgoingPublication;
  readonly close?: OutgoingPublication;
}

interface PresenceWorld extends SendingWatch {
  readonly clock: Clock;
  /** Is told when the server refuses a message. */
  readonly report: Report;
}

export class Presence {
  readonly #messages: PresenceMessages;
  readonly #world: PresenceWorld;
  #silence = (): void => {};
  #quiet = false;

  constructor(messages: PresenceMessages, world: PresenceWorld) {
    this.#messages = messages;
    this.#world = world;
  }

  /** Nothing has been published over this connection yet: the filter is searched over which the server ends connections. */
  get quiet(): boolean {
    return this.#quiet;
  }

  /**
   * Publishes the birth message once the server has answered the subscriptions, and calls `announced` when that is done:
   * whoever reacts to the birth finds a client that listens. While the filter is searched over which the server ends
   * connections, `announced` waits for the answers without a birth message, too. Nothing happens when the function returned, or retire(), has
   * been called before.
   */
  announce(transport: Transport, server: ServerInfo, subscriptions: Subscriptions, announced: () => void): () => void {
    const { birth } = this.#messages;
    this.#quiet = subscriptions.searching;
    let over = false;
    if (!birth && !this.#quiet) {
      announced();
      return () => {};
    }
    let cancel = (): void => {};
    /** Wraps `step` so that it is called once: by others, or after `time`. */
    const within = (time: number, step: () => void): (() => void) => {
      let taken = false;
      const once = (): void => {
        if (over || taken) return;
        taken = true;
        cancel();
        step();
      };
      cancel = this.#world.clock.after(time, once);
      return once;
    };
    const speak = within(ANSWER_TIME, () => {
      this.#quiet = false;
      if (!birth) return announced();
      // Until it is acknowledged, the birth message counts against the server's receive maximum.
      const done = within(ANSWER_TIME, announced);
      this.#publish(birth, transport, server, (outcome) => {
        // Otherwise the connection has ended.
        if (outcome?.kind !== 'unconfirmed') done();
      });
    });
    subscriptions.onceAnswered(speak);
    this.#silence = () => {
      over = true;
      cancel();
    };
    return this.#silence;
  }

  /** Publishes the close message, if any. Resolves when it is acknowledged or the time is over. */
  retire(transport: Transport, server: ServerInfo): Promise<void> | undefined {
    const { close } = this.#messages;
    // A birth message after it would be the last one that others get.
    this.#silence();
    if (!close) return undefined;
    return new Promise((resolve) => {
      const cancel = this.#world.clock.after(CLOSE_TIME, resolve);
      this.#publish(close, transport, server, () => {
        cancel();
        resolve();
      });
    });
  }

  #publish(
    publication: OutgoingPublication,
    transport: Transport,
    server: ServerInfo,
    settled: (outcome?: PublishOutcome) => void,
  ): void {
    const problem = limitProblem(publication, server);
    if (problem) {
      this.#world.report(problem);
      return settled();
    }
    const { answers, traffic } = this.#world;
    const published = (outcome: PublishOutcome): void => {
      if (outcome.kind === 'refused') this.#world.report(refused(outcome));
      settled(outcome);
    };
    traffic.countSent(publication.topic);
    transport.publish(publication, publication.qos === 0 ? published : answers.await(published));
  }
}
