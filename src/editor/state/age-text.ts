// How long ago something was, in the largest unit that fits.

/** The units by their symbols, which are the same in every language, and their sizes in seconds. */
const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** `age`, in ms, in whole seconds, minutes, hours or days. */
export function ageText(age: number): string {
  const seconds = Math.floor(age / 1000);
  const [symbol, size] = UNITS.find(([, unit]) => seconds >= unit) ?? ['s', 1];
  return `${Math.floor(seconds / size)} ${symbol}`;
}
