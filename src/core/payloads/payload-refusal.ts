// What our own formats throw for a payload that cannot be read or made: a reason that has a sentence in the locales.

import type { PayloadFailure, PayloadProblem } from './codec';

export class PayloadRefusal extends Error {
  readonly problem: PayloadProblem;
  readonly detail: string;

  constructor(problem: PayloadProblem, detail: string) {
    super(`${problem} ${detail}`);
    this.problem = problem;
    this.detail = detail;
  }
}

/** `result` where it is none; a failure is thrown. */
export function accepted<T extends { readonly ok: true }>(result: T | PayloadFailure): T {
  if (result.ok) return result;
  throw new PayloadRefusal(result.problem, result.detail);
}
