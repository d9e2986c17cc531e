// The requests to the runtime while the sidebar is open: one at a time, a few per second, and sooner after an action of
// the user.

import { detailOf } from '../../core/errors/thrown-value';
import type { ViewAnswer } from '../../core/sidebar/sidebar-protocol';
import { askView, RequestFailure, stopViewing, type View } from './topics-requests';

/** ms between requests while the sidebar is visible, while another sidebar tab is, and while the page is hidden. */
const IN_SIGHT = 250;
const ASIDE = 2000;
const HIDDEN = 5000;
/** Delay in ms after a failed request. Node-RED may be starting. */
const AFTER_FAILURE = 2000;

export interface ViewingActions {
  /** What to request now. */
  wanted(): Omit<View, 'viewer' | 'hidden' | 'selection'>;
  answered(answer: ViewAnswer, from: number): void;
  /** A request has failed. `over` means that no other will follow. */
  failed(sentence: string, over: boolean): void;
  inSight(): boolean;
}

export class Viewing {
  readonly viewer: string;
  readonly #actions: ViewingActions;
  #selection: View['selection'];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking = false;
  #again = false;
  #over = false;
  #failed = false;

  constructor(viewer: string, actions: ViewingActions) {
    this.viewer = viewer;
    this.#actions = actions;
  }

  /** Sends a request with other open branches or another search. */
  select(selection: NonNullable<View['selection']>): void {
    this.#selection = selection;
    this.soon();
  }

  /** Sends a request now, or after the current one. */
  soon(): void {
    this.#again = this.#asking;
    if (!this.#asking && !this.#over) void this.#ask();
  }

  stop(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    stopViewing(this.viewer);
  }

  /** Call when the page is being left. It may be loaded again. */
  leave(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    stopViewing(this.viewer, true);
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#timer);
    this.#asking = true;
    const selection = this.#selection;
    this.#selection = undefined;
    const wanted = this.#actions.wanted();
    try {
      const view = { viewer: this.viewer, hidden: document.hidden, ...wanted, ...(selection ? { selection } : {}) };
      const answer = await askView(view);
      this.#failed = false;
      if (!this.#over) this.#actions.answered(answer, wanted.from);
    } catch (error) {
      this.#selection ??= selection;
      this.#fail(error);
    }
    this.#asking = false;
    this.#next();
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.#failed = true;
    this.#over = error instanceof RequestFailure && error.gone;
    this.#actions.failed(detailOf(error), this.#over);
  }

  #next(): void {
    if (this.#over) return;
    this.#timer = setTimeout(() => void this.#ask(), this.#pause());
    this.#again = false;
  }

  #pause(): number {
    if (this.#failed) return AFTER_FAILURE;
    if (this.#again) return 0;
    if (document.hidden) return HIDDEN;
    return this.#actions.inSight() ? IN_SIGHT : ASIDE;
  }
}
