// Publishes the same message again and again, until it is stopped or fails. The next one goes out when its time has come and
// the server has the one before.

export interface RepeatActions {
  /** Publishes once. */
  publish(): Promise<void>;
  /** ms between two messages. */
  every(): number;
  /** `count` messages have been published. */
  published(count: number): void;
  /** `error` is undefined when it was stopped. */
  ended(count: number, error?: unknown): void;
}

export class RepeatedPublish {
  readonly #actions: RepeatActions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  #count = 0;

  constructor(actions: RepeatActions) {
    this.#actions = actions;
  }

  get running(): boolean {
    return this.#running;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#count = 0;
    void this.#publish();
  }

  stop(): void {
    if (this.#running) this.#end();
  }

  async #publish(): Promise<void> {
    const begin = performance.now();
    try {
      await this.#actions.publish();
      this.#count++;
      if (this.#running) this.#actions.published(this.#count);
    } catch (error) {
      if (this.#running) this.#end(error);
    }
    if (!this.#running) return;
    const left = this.#actions.every() - (performance.now() - begin);
    this.#timer = setTimeout(() => void this.#publish(), Math.max(0, left));
  }

  #end(error?: unknown): void {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#actions.ended(this.#count, error);
  }
}
