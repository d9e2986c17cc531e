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

/** From a start to its stop. An answer that comes after the stop belongs to a run that is over. */
interface Run {
  count: number;
}

export class RepeatedPublish {
  readonly #actions: RepeatActions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #run: Run | undefined;

  constructor(actions: RepeatActions) {
    this.#actions = actions;
  }

  get running(): boolean {
    return this.#run !== undefined;
  }

  start(): void {
    if (this.#run) return;
    this.#run = { count: 0 };
    void this.#publish(this.#run);
  }

  stop(): void {
    if (this.#run) this.#end(this.#run);
  }

  async #publish(run: Run): Promise<void> {
    const begin = performance.now();
    try {
      await this.#actions.publish();
      run.count++;
      if (run === this.#run) this.#actions.published(run.count);
    } catch (error) {
      if (run === this.#run) this.#end(run, error);
    }
    if (run !== this.#run) return;
    const left = this.#actions.every() - (performance.now() - begin);
    this.#timer = setTimeout(() => void this.#publish(run), Math.max(0, left));
  }

  #end({ count }: Run, error?: unknown): void {
    this.#run = undefined;
    clearTimeout(this.#timer);
    this.#actions.ended(count, error);
  }
}
