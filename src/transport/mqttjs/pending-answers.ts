// Callbacks that wait for an answer of the server. They are settled as unanswered when the stream ends, since mqtt.js
// forgets some of them.

export class Unanswered {
  readonly #giveUps = new Set<() => void>();

  /** Wraps `settled` so that it is called once: with the answer, or with `unanswered` if the stream ends first. */
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
