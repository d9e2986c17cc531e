// The time of day as logs and statuses show it.

/** The local time of `time`, in ms since the epoch: 20:14:05. */
export function timeOfDay(time: number): string {
  return new Date(time).toTimeString().slice(0, 8);
}
