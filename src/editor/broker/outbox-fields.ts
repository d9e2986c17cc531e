// The fields of the broker dialog about messages that wait to be sent.

import { OUTBOX_RANGES, type OutboxConfig, outboxDefaults } from '../../settings/broker.outbox.config';
import { numberProblem, prepareNumber, readNumber } from '../fields/number-field';
import { BYTES, SECONDS, type Units } from '../fields/unit';

const OUTBOX_NUMBERS = ['maxMessages', 'maxBytes', 'messageTtl', 'maxInFlight', 'rateLimit'] as const;

const UNITS: Partial<Readonly<Record<keyof typeof OUTBOX_RANGES, Units>>> = { maxBytes: BYTES, messageTtl: SECONDS };

/** The error for the first number of the outbox that is out of range, or undefined. */
export function outboxProblem(saved: Partial<OutboxConfig> | undefined): string | undefined {
  return OUTBOX_NUMBERS.map((name) => numberProblem(saved?.[name], OUTBOX_RANGES[name], UNITS[name])).find(
    (problem) => problem !== undefined,
  );
}

/** Fills the fields with the saved settings. */
export function prepareOutboxFields(outbox: Partial<OutboxConfig> | undefined): void {
  const saved = { ...outboxDefaults, ...outbox };
  for (const name of OUTBOX_NUMBERS) {
    prepareNumber(name, saved[name], {
      problem: (value) => numberProblem(value, OUTBOX_RANGES[name], UNITS[name]),
      units: UNITS[name],
      zeroIsBlank: outboxDefaults[name] === 0,
    });
  }
  $('#mqtt-flows-overflow').val(saved.overflow);
  $('#mqtt-flows-fsync').prop('checked', saved.fsync);
  const store = $('#mqtt-flows-store').val(saved.store);
  const showDisk = (): void => void $('.mqtt-flows-disk').toggle(store.val() === 'disk');
  store.on('change', showDisk);
  showDisk();
}

/** Reads the fields of the outbox. */
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
