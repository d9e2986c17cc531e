// Times of messages as the user writes them: with milliseconds, which tell messages of a machine apart, and with the date
// where it is not today.

import { inLanguage } from '../fields/local-text';

const clock = inLanguage((language) => new Intl.DateTimeFormat(language, { timeStyle: 'medium' }));
const precise = inLanguage(
  (language) =>
    new Intl.DateTimeFormat(language, {
      hour: 'numeric',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
    }),
);
const day = inLanguage((language) => new Intl.DateTimeFormat(language, { dateStyle: 'short' }));
const whole = inLanguage((language) => new Intl.NumberFormat(language, { maximumFractionDigits: 0 }));
const hundredths = inLanguage((language) => new Intl.NumberFormat(language, { maximumFractionDigits: 2 }));

/** `at` is in ms since the epoch. `now` decides what today is. */
export function preciseTime(at: number, now = Date.now()): string {
  return dated(at, now, precise().format(at));
}

/** The same in whole seconds. */
export function shownTime(at: number, now = Date.now()): string {
  return dated(at, now, clock().format(at));
}

function dated(at: number, now: number, time: string): string {
  return new Date(at).toDateString() === new Date(now).toDateString() ? time : `${day().format(at)} ${time}`;
}

/** A time between two messages, in ms, with a unit that makes it short. */
export function shownInterval(ms: number): string {
  if (ms < 1000) return `${whole().format(ms)} ms`;
  if (ms < 60_000) return `${hundredths().format(ms / 1000)} s`;
  return ms < 3_600_000 ? `${hundredths().format(ms / 60_000)} min` : `${hundredths().format(ms / 3_600_000)} h`;
}

/** The units of ages by their symbols, which are the same in every language, and their sizes in seconds. */
const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** How long ago something was: `age`, in ms, in whole seconds, minutes, hours or days. */
export function shownAge(age: number): string {
  const seconds = Math.floor(age / 1000);
  const [symbol, size] = UNITS.find(([, unit]) => seconds >= unit) ?? ['s', 1];
  return `${Math.floor(seconds / size)} ${symbol}`;
}
