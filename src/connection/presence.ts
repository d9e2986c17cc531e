// What a client says of itself: a birth message when it is there, and a close message before it goes on purpose.
// The will, for when it goes without a word, is part of CONNECT.

import type { OutgoingPublication } from '../core/publications/publication';
import type { PublishOutcome, ServerInfo, Transport } from '../transport/transport';
import type { SendingWatch } from './answer-watch';
import type { Clock } from './clock';
import type { Report } from './report';
import { limitProblem, refused } from './server-limits';
import type { Subscriptions } from './subscriptions/subscriptions';

/** How long a server may take to answer the subscriptions before the birth message goes out all the same, in ms. */
const ANSWER_TIME = 5000;
/** How long the close message may take, in ms. */
const CLOSE_TIME = 400;

export interface PresenceMessages {
  readonly birth?: OutgoingPublication;
  readonly close?: OutgoingPublication;
}

interface PresenceWorld extends SendingWatch {
  readonly clock: Clock;
  /** Hears of a message that the server does not take. */
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
    /** `step` as a function that is called once: by others, or when `time` is over. */
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
      // Until it is acknowledged, the birth message takes up some of what the server receives at once.
      const done = within(ANSWER_TIME, announced);
      this.#publish(birth, transport, server, done);
    });
    subscriptions.onceAnswered(speak);
    this.#silence = () => {
      over = true;
      cancel();
    };
    return this.#silence;
  }

  /** Publishes the close message, if any; resolves when the server has it or the time for it is over. */
  retire(transport: Transport, server: ServerInfo): Promise<void> | undefined {
    const { close } = this.#messages;
    // A birth message that came after it would be the last that others hear.
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

  #publish(publication: OutgoingPublication, transport: Transport, server: ServerInfo, settled: () => void): void {
    const problem = limitProblem(publication, server);
    if (problem) {
      this.#world.report(problem);
      return settled();
    }
    const { answers, traffic } = this.#world;
    const published = (outcome: PublishOutcome): void => {
      if (outcome.kind === 'refused') this.#world.report(refused(outcome));
      settled();
    };
    traffic.countSent(publication.topic);
    transport.publish(publication, publication.qos === 0 ? published : answers.await(published));
  }
}
