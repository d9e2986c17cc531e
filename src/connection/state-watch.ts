// The state that a connection is in, and who is told of each change.

import type { ConnectionState } from './connection-state';
import { guarded, type Report } from './report';

export type StateListener = (state: ConnectionState) => void;

export class StateWatch {
  readonly #report: Report;
  readonly #listeners = new Set<StateListener>();
  /** States that listeners have not all heard of yet, oldest first. */
  readonly #news: ConnectionState[] = [];
  #state: ConnectionState = { kind: 'idle' };

  /** `report` hears what a listener throws. */
  constructor(report: Report) {
    this.#report = report;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Calls `listener` now and at each change; the function returned ends that. */
  add(listener: StateListener): () => void {
    this.#listeners.add(listener);
    listener(this.#state);
    return () => this.#listeners.delete(listener);
  }

  /** The last state has been told. */
  clear(): void {
    this.#listeners.clear();
  }

  enter(state: ConnectionState): void {
    this.#state = state;
    this.#news.push(state);
    // A listener that brings about the next state must not make the others hear it before this one.
    if (this.#news.length > 1) return;
    try {
      for (const news of this.#news) {
        for (const listener of [...this.#listeners]) guarded(this.#report, () => listener(news));
      }
    } finally {
      this.#news.length = 0;
    }
  }
}
