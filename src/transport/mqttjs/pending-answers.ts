// What waits for an answer of the server: settled as unanswered when the stream goes, since mqtt.js forgets some callbacks.

export class Unanswered {
  readonly #giveUps = new Set<() => void>();

  /** `settled`, to be called with the answer; it is called once, with `unanswered` if none has come before the end. */
  once<O>(settled: (outcome: O) => void, unanswered: O): (outcome: O) => void {
    const giveUp = (): void => settle(unanswered);
    const settle = (outcome: O): void => {
      if (this.#giveUps.delete(giveUp)) settled(outcome);
    };
    this.#giveUps.add(giveUp);
    return settle;
  }

  end(): void {
    for (const giveUp of [...this.#giveUps]) giveUp();
  }
}
