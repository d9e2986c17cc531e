// How long ago something was, in the largest unit that fits.

import { SECONDS } from '../fields/unit';

/** `age`, in ms, in whole seconds, minutes, hours or days. */
export function ageText(age: number): string {
  const seconds = Math.floor(age / 1000);
  const [smallest] = SECONDS;
  const unit = SECONDS.findLast(({ factor }) => seconds >= factor) ?? smallest;
  return `${Math.floor(seconds / unit.factor)} ${unit.name()}`;
}
