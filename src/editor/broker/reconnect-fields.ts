// The fields of the broker dialog about reconnecting.

import { BROKER_RANGES, type BrokerConfig, brokerDefaults } from '../../settings/broker.config';
import type { SavedNumber } from '../../settings/environment-text';
import { numberProblem, prepareNumber, readNumber } from '../fields/number-field';
import { sharedText } from '../fields/shared-text';
import { MILLISECONDS } from '../fields/unit';

type Reconnect = BrokerConfig['reconnect'];

/** The error for delays out of range, or with the longest below the shortest; or undefined. */
export function reconnectProblem(saved: Partial<Reconnect> | undefined): string | undefined {
  const { minDelay, maxDelay } = { ...brokerDefaults.reconnect, ...saved };
  return delayProblem('minDelay', minDelay) ?? longestProblem(maxDelay, minDelay);
}

function delayProblem(name: keyof Reconnect, value: unknown): string | undefined {
  return numberProblem(value, BROKER_RANGES[name], MILLISECONDS);
}

function longestProblem(maxDelay: SavedNumber, minDelay: SavedNumber): string | undefined {
  const outOfRange = delayProblem('maxDelay', maxDelay);
  return outOfRange ?? (isLess(maxDelay, minDelay) ? sharedText('fields.delays') : undefined);
}

/** False for variables and blanks, which cannot be compared. */
function isLess(a: SavedNumber, b: SavedNumber): boolean {
  return a !== '' && b !== '' && Number(a) < Number(b);
}

/** Fills the fields with the saved settings. */
export function prepareReconnectFields(reconnect: Partial<Reconnect> | undefined): void {
  const delays = { ...brokerDefaults.reconnect, ...reconnect };
  prepareNumber('minDelay', delays.minDelay, {
    problem: (value) => delayProblem('minDelay', value),
    units: MILLISECONDS,
  });
  const problem = (longest: string): string | undefined => longestProblem(longest, readReconnect().minDelay);
  prepareNumber('maxDelay', delays.maxDelay, { problem, units: MILLISECONDS });
  $('#mqtt-flows-minDelay').on('input change', () => $('#mqtt-flows-maxDelay').trigger('change'));
}

/** Reads the delays, in ms. */
export function readReconnect(): Reconnect {
  return { minDelay: readNumber('minDelay'), maxDelay: readNumber('maxDelay') };
}
