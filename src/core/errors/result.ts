// What a reader returns: the value that it found, or the error that says why there is none. An action returns Done.

import type { MqttFlowsError } from './mqtt-flows-error';

export interface Found<T> {
  readonly ok: true;
  readonly value: T;
}

export interface Failed<E = MqttFlowsError> {
  readonly ok: false;
  readonly error: E;
}

export type Result<T, E = MqttFlowsError> = Found<T> | Failed<E>;

/** How an action ends that has no value to return. */
export type Done<E = MqttFlowsError> = { readonly ok: true } | Failed<E>;

export const DONE: { readonly ok: true } = { ok: true };

export function found<T>(value: T): Found<T> {
  return { ok: true, value };
}

export function failed<E>(error: E): Failed<E> {
  return { ok: false, error };
}
