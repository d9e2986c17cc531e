// How long something takes, in time that this process has had: on a machine that is busy with something else, a limit on
// it holds as it does on one that is idle.

/** ms; a turn of this clock. While the process does not run, no turn passes. */
const TURN = 10;

export interface Timed<T> {
  readonly value: T;
  /** ms, in whole turns; never more than have passed on the wall. */
  readonly time: number;
}

/** Does `work`, and says how long it has waited; nothing is left behind of the clock. */
export async function timed<T>(work: () => Promise<T>): Promise<Timed<T>> {
  let turns = 0;
  const clock = setInterval(() => turns++, TURN);
  try {
    return { value: await work(), time: turns * TURN };
  } finally {
    clearInterval(clock);
  }
}
