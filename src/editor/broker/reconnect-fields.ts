// The fields of the broker dialog about connecting again.

import { BROKER_RANGES, type BrokerConfig, brokerDefaults } from '../../settings/broker.config';
import type { SavedNumber } from '../../settings/environment-text';
import { numberProblem, prepareNumber, readNumber } from '../fields/number-field';
import { sharedText } from '../fields/shared-text';
import { MILLISECONDS } from '../fields/unit';

type Reconnect = BrokerConfig['reconnect'];

/** The sentence for delays that are out of range, or that end before they begin; or undefined. */
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

/** Variables and blanks compare with nothing. */
function isLess(a: SavedNumber, b: SavedNumber): boolean {
  return a !== '' && b !== '' && Number(a) < Number(b);
}

/** Fills the fields with what is saved. */
export function prepareReconnectFields(reconnect: Partial<Reconnect> | undefined): void {
  const delays = { ...brokerDefaults.reconnect, ...reconnect };
  prepareNumber('minDelay', delays.minDelay, (value) => delayProblem('minDelay', value), MILLISECONDS);
  const problem = (longest: string): string | undefined => longestProblem(longest, readReconnect().minDelay);
  prepareNumber('maxDelay', delays.maxDelay, problem, MILLISECONDS);
  $('#mqtt-flows-minDelay').on('input change', () => $('#mqtt-flows-maxDelay').trigger('change'));
}

/** What the fields of the delays hold, in ms. */
export function readReconnect(): Reconnect {
  return { minDelay: readNumber('minDelay'), maxDelay: readNumber('maxDelay') };
}
