// The fields of the broker dialog about messages that wait to be sent, and about connecting again.

import { BROKER_RANGES, type BrokerConfig, brokerDefaults } from '../../settings/broker.config';
import { OUTBOX_RANGES, type OutboxConfig, outboxDefaults } from '../../settings/broker.outbox.config';
import type { SavedNumber } from '../../settings/environment-text';
import { numberProblem, prepareNumber, readNumber } from '../fields/number-field';
import { sharedText } from '../fields/shared-text';
import { BYTES, MILLISECONDS, SECONDS, type Units } from '../fields/unit';

type Reconnect = BrokerConfig['reconnect'];

const OUTBOX_NUMBERS = ['maxMessages', 'maxBytes', 'messageTtl', 'maxInFlight', 'rateLimit'] as const;

const UNITS: Partial<Readonly<Record<keyof typeof OUTBOX_RANGES, Units>>> = { maxBytes: BYTES, messageTtl: SECONDS };

/** The first sentence for a number of the outbox out of its range, or undefined. */
export function outboxProblem(saved: Partial<OutboxConfig> | undefined): string | undefined {
  return OUTBOX_NUMBERS.map((name) => numberProblem(saved?.[name], OUTBOX_RANGES[name], UNITS[name])).find(
    (problem) => problem !== undefined,
  );
}

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
export function prepareOutboxFields(
  outbox: Partial<OutboxConfig> | undefined,
  reconnect: Partial<Reconnect> | undefined,
): void {
  const saved = { ...outboxDefaults, ...outbox };
  const delays = { ...brokerDefaults.reconnect, ...reconnect };
  for (const name of OUTBOX_NUMBERS) {
    prepareNumber(name, saved[name], (value) => numberProblem(value, OUTBOX_RANGES[name], UNITS[name]), UNITS[name]);
  }
  $('#mqtt-flows-overflow').val(saved.overflow);
  $('#mqtt-flows-fsync').prop('checked', saved.fsync);
  const store = $('#mqtt-flows-store').val(saved.store);
  const showDisk = (): void => void $('.mqtt-flows-disk').toggle(store.val() === 'disk');
  store.on('change', showDisk);
  showDisk();
  prepareNumber('minDelay', delays.minDelay, (value) => delayProblem('minDelay', value), MILLISECONDS);
  const problem = (longest: string): string | undefined => longestProblem(longest, readReconnect().minDelay);
  prepareNumber('maxDelay', delays.maxDelay, problem, MILLISECONDS);
  $('#mqtt-flows-minDelay').on('input change', () => $('#mqtt-flows-maxDelay').trigger('change'));
}

/** What the fields of the outbox hold. */
export function readOutbox(): OutboxConfig {
  return {
    store: $('#mqtt-flows-store').val() === 'disk' ? 'disk' : 'memory',
    maxMessages: readNumber('maxMessages'),
    maxBytes: readNumber('maxBytes'),
    overflow: $('#mqtt-flows-overflow').val() === 'dropOldest' ? 'dropOldest' : 'reject',
    messageTtl: readNumber('messageTtl'),
    maxInFlight: readNumber('maxInFlight'),
    rateLimit: readNumber('rateLimit'),
    fsync: $('#mqtt-flows-fsync').is(':checked'),
  };
}

/** What the fields of the delays hold, in ms. */
export function readReconnect(): Reconnect {
  return { minDelay: readNumber('minDelay'), maxDelay: readNumber('maxDelay') };
}
