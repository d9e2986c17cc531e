// Measures time that this process has really had. A limit on it holds on a busy machine as well as on an idle one.

/** ms of one tick of this clock. It does not tick while the process does not run. */
const TURN = 10;

export interface Timed<T> {
  readonly value: T;
  /** ms, in whole ticks; never more than the wall time */
  readonly time: number;
}

/** Does `work`, and returns how long it took. The clock is stopped afterwards. */
export async function timed<T>(work: () => Promise<T>): Promise<Timed<T>> {
  let turns = 0;
  const clock = setInterval(() => turns++, TURN);
  try {
    return { value: await work(), time: turns * TURN };
  } finally {
    clearInterval(clock);
  }
}
