// The fields of the broker dialog about messages that wait to be sent, and about connecting again.

import type { SavedNumber } from '../core/environment-text';
import { BROKER_RANGES, type BrokerConfig, brokerDefaults } from '../nodes/broker.config';
import { OUTBOX_RANGES, type OutboxConfig, outboxDefaults } from '../nodes/broker.outbox.config';
import { numberProblem, prepareNumber, readNumber } from './number-field';
import { sharedText } from './shared-text';

type Reconnect = BrokerConfig['reconnect'];

const OUTBOX_NUMBERS = ['maxMessages', 'maxBytes', 'messageTtl', 'maxInFlight', 'rateLimit'] as const;

/** The first sentence for a number of the outbox out of its range, or undefined. */
export function outboxProblem(saved: Partial<OutboxConfig> | undefined): string | undefined {
  return OUTBOX_NUMBERS.map((name) => numberProblem(saved?.[name], OUTBOX_RANGES[name])).find(
    (problem) => problem !== undefined,
  );
}

/** The sentence for delays that are out of range, or that end before they begin; or undefined. */
export function reconnectProblem(saved: Partial<Reconnect> | undefined): string | undefined {
  const { minDelay, maxDelay } = { ...brokerDefaults.reconnect, ...saved };
  const outOfRange = numberProblem(minDelay, BROKER_RANGES.minDelay) ?? numberProblem(maxDelay, BROKER_RANGES.maxDelay);
  if (outOfRange) return outOfRange;
  return isLess(maxDelay, minDelay) ? sharedText('fields.delays') : undefined;
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
    prepareNumber(name, saved[name], (value) => numberProblem(value, OUTBOX_RANGES[name]));
  }
  $('#mqtt-flows-overflow').val(saved.overflow);
  $('#mqtt-flows-fsync').prop('checked', saved.fsync);
  const store = $('#mqtt-flows-store').val(saved.store);
  const showDisk = (): void => void $('.mqtt-flows-disk').toggle(store.val() === 'disk');
  store.on('change', showDisk);
  showDisk();
  prepareNumber('minDelay', delays.minDelay, (value) => numberProblem(value, BROKER_RANGES.minDelay));
  prepareNumber(
    'maxDelay',
    delays.maxDelay,
    (value) =>
      numberProblem(value, BROKER_RANGES.maxDelay) ?? reconnectProblem({ ...readReconnect(), maxDelay: value.trim() }),
  );
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
