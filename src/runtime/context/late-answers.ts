// Asks context stores and expressions, which may answer late, or never: after a while, that is an error. What is never
// answered stays with the store, so there is a limit to it.

import { type Clock, systemClock } from '../../connection/clock';
import { thrownDetail } from './thrown-detail';

/** ms to wait for an answer */
export const ANSWER_TIME = 10_000;
/** ms to wait while an earlier question has no answer yet: messages may wait one behind the other */
const IMPATIENCE = 1000;
/** Questions without an answer, above which only one a minute is asked: whether there are answers again. */
const MOST_OVERDUE = 1000;
/** ms between these */
const TRIAL = 60_000;

export type Answered<T> = (error: unknown, value?: T) => void;

/** There was no answer in time. */
export class NoAnswer extends Error {
  /** How long the answer was waited for, in s. */
  readonly seconds: number;

  constructor(waited: number) {
    super('no answer');
    this.seconds = waited / 1000;
  }
}

export class LateAnswers {
  readonly #clock: Clock;
  /** Questions that were given up since the last answer in time, less those answered late. */
  #overdue = 0;
  /** When something may be asked though there are as many. */
  #nextTrial = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Resolves with the answer to `question`. Rejects with what it throws, with its error, or with `NoAnswer`. */
  ask<T>(question: (answered: Answered<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const patience = this.#overdue === 0 ? ANSWER_TIME : IMPATIENCE;
      if (this.#overdue >= MOST_OVERDUE && !this.#mayTry()) return reject(new NoAnswer(patience));
      let isAnswered = false;
      let isOverdue = false;
      let stopWaiting = (): void => {};
      const answered: Answered<T> = (error, value) => {
        if (isAnswered) return;
        isAnswered = true;
        stopWaiting();
        this.#overdue = isOverdue ? Math.max(0, this.#overdue - 1) : 0;
        if (error) reject(error);
        // What the store or the expression has given, which may be undefined.
        else resolve(value as T);
      };
      question(answered);
      if (isAnswered) return;
      stopWaiting = this.#clock.after(patience, () => {
        isOverdue = true;
        this.#overdue++;
        reject(new NoAnswer(patience));
      });
    });
  }

  #mayTry(): boolean {
    const now = this.#clock.now();
    if (now < this.#nextTrial) return false;
    this.#nextTrial = now + TRIAL;
    return true;
  }
}

/** What the error of a question says, as values for a sentence with `detail`. */
export function answerDetail(error: unknown): Readonly<Record<string, string | number>> {
  if (error instanceof NoAnswer) return { seconds: error.seconds, detailKey: 'waited.noAnswer' };
  return { detail: thrownDetail(error) };
}
