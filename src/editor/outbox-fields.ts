// The fields of the broker dialog about messages that wait to be sent, and about connecting again.

import type { SavedNumber } from '../core/environment-text';
import { BROKER_RANGES, type BrokerConfig, brokerDefaults } from '../nodes/broker.config';
import { numberProblem, prepareNumber, readNumber } from './number-field';
import { sharedText } from './shared-text';

type Outbox = BrokerConfig['outbox'];
type Reconnect = BrokerConfig['reconnect'];

/** The first sentence for a number of the outbox out of its range, or undefined. */
export function outboxProblem(saved: Partial<Outbox> | undefined): string | undefined {
  return (
    numberProblem(saved?.maxMessages, BROKER_RANGES.maxMessages) ??
    numberProblem(saved?.maxBytes, BROKER_RANGES.maxBytes)
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
  outbox: Partial<Outbox> | undefined,
  reconnect: Partial<Reconnect> | undefined,
): void {
  const saved = { ...brokerDefaults.outbox, ...outbox };
  const delays = { ...brokerDefaults.reconnect, ...reconnect };
  prepareNumber('maxMessages', saved.maxMessages, (value) => numberProblem(value, BROKER_RANGES.maxMessages));
  prepareNumber('maxBytes', saved.maxBytes, (value) => numberProblem(value, BROKER_RANGES.maxBytes));
  $('#mqtt-flows-overflow').val(saved.overflow);
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
export function readOutbox(): Outbox {
  return {
    maxMessages: readNumber('maxMessages'),
    maxBytes: readNumber('maxBytes'),
    overflow: $('#mqtt-flows-overflow').val() === 'dropOldest' ? 'dropOldest' : 'reject',
  };
}

/** What the fields of the delays hold, in ms. */
export function readReconnect(): Reconnect {
  return { minDelay: readNumber('minDelay'), maxDelay: readNumber('maxDelay') };
}
