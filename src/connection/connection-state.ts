// The states of a connection. runtime/node/node-status.ts maps each to a badge and a log line.

import type { ErrorStage, MqttFlowsError } from '../core/errors/mqtt-flows-error';
import type { ServerInfo } from '../transport/transport';
import { guarded, type Report } from './report';

export type ConnectionState =
  /** Not asked to connect yet, or disconnected on request. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting'; readonly stage: ErrorStage; readonly attempt: number; readonly server: string }
  | { readonly kind: 'connected'; readonly info: ServerInfo; readonly server: string }
  /** An attempt failed or the connection was lost. `nextAt` is in ms of `Clock.now()`. */
  | {
      readonly kind: 'waiting';
      readonly error: MqttFlowsError;
      readonly attempt: number;
      readonly nextAt: number;
      readonly server: string;
    }
  | { readonly kind: 'closing' }
  | { readonly kind: 'closed' };

export type StateListener = (state: ConnectionState) => void;

export class StateWatch {
  readonly #report: Report;
  readonly #listeners = new Set<StateListener>();
  /** States that not all listeners have been told of, oldest first. */
  readonly #news: ConnectionState[] = [];
  #state: ConnectionState = { kind: 'idle' };

  /** `report` gets what a listener throws. */
  constructor(report: Report) {
    this.#report = report;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Calls `listener` now and at each change. Returns a function that removes it. */
  add(listener: StateListener): () => void {
    this.#listeners.add(listener);
    listener(this.#state);
    return () => this.#listeners.delete(listener);
  }

  /** Removes all listeners after the last state. */
  clear(): void {
    this.#listeners.clear();
  }

  enter(state: ConnectionState): void {
    this.#state = state;
    this.#news.push(state);
    // A listener may cause the next state. The others must still get this one first.
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
