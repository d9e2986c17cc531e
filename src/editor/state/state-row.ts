// A row in the list of topic filters of a topic state node: that of a subscribe node, and when its topics are silent.

import { SILENCE_KINDS, STATE_RANGES, type StateRowConfig, stateRowDefaults } from '../../settings/state.config';
import { addFieldNote } from '../fields/field-note';
import { keepReader } from '../fields/list-rows';
import { enteredNumber, numberProblem } from '../fields/number-field';
import { sharedText } from '../fields/shared-text';
import { SECONDS, unitOf } from '../fields/unit';
import { addSubscriptionRow, type RowContext } from '../subscribe/subscription-row';

/** The error for the silence of a saved row, or undefined. */
export function silenceProblem(row: Partial<StateRowConfig>): string | undefined {
  const { silence, silentAfter, silentTimes } = { ...stateRowDefaults, ...row };
  if (silence === 'time') return numberProblem(silentAfter, STATE_RANGES.silentAfter, SECONDS);
  return silence === 'learnt' ? numberProblem(silentTimes, STATE_RANGES.silentTimes) : undefined;
}

interface SilenceFields {
  read(): Pick<StateRowConfig, 'silence' | 'silentAfter' | 'silentTimes'>;
}

function addSilence(container: JQuery, saved: StateRowConfig): SilenceFields {
  const css = { display: 'flex', flexWrap: 'wrap', gap: '6px', alignItems: 'baseline', marginTop: '4px' };
  const line = $('<div>', { class: 'mqtt-flows-row-silence' }).css(css).appendTo(container);
  const label = sharedText('silence.label');
  const kind = $('<select>', { 'aria-label': label, title: sharedText('silence.tip') }).css({ width: 'auto' });
  $('<label>')
    .css({ width: 'auto', margin: 0 })
    .append(document.createTextNode(`${label} `), kind)
    .appendTo(line);
  const names = {
    none: sharedText('silence.none'),
    time: sharedText('silence.time'),
    learnt: sharedText('silence.learnt'),
  };
  for (const value of SILENCE_KINDS) kind.append($('<option>', { value }).text(names[value]));
  const after = addAfter(line, saved);
  const times = addNumber(line, String(saved.silentTimes), sharedText('silence.times'));
  const timesText = $('<span>').text(sharedText('silence.times')).appendTo(line);
  const read = (): ReturnType<SilenceFields['read']> => ({
    silence: String(kind.val()) as StateRowConfig['silence'],
    silentAfter: after.read(),
    silentTimes: enteredNumber(String(times.val()).trim(), 1),
  });
  kind.val(saved.silence).on('change', () => {
    after.field.add(after.unit).toggle(kind.val() === 'time');
    times.add(timesText).toggle(kind.val() === 'learnt');
    times.trigger('input');
  });
  addFieldNote(container, times, () => ({ problem: silenceProblem(read()) }));
  after.field.add(after.unit).on('input change', () => times.trigger('input'));
  kind.trigger('change');
  return { read };
}

function addNumber(line: JQuery, value: string, label: string): JQuery {
  return $('<input>', { type: 'text', 'aria-label': label, title: label })
    .css({ width: '60px' })
    .val(value)
    .appendTo(line);
}

/** The time of silence with its unit; saved in s. */
function addAfter(
  line: JQuery,
  { silentAfter }: StateRowConfig,
): { field: JQuery; unit: JQuery; read(): number | string } {
  const seconds = Number(silentAfter);
  const { factor } = Number.isNaN(seconds) ? SECONDS[0] : unitOf(seconds, SECONDS);
  const shown = Number.isNaN(seconds) || silentAfter === '' ? String(silentAfter) : String(seconds / factor);
  const field = addNumber(line, shown, sharedText('silence.after'));
  const unit = $('<select>', { 'aria-label': sharedText('field.unit') })
    .css({ width: 'auto' })
    .appendTo(line);
  for (const { name, factor: value } of SECONDS) unit.append($('<option>', { value }).text(name()));
  unit.val(String(factor));
  return { field, unit, read: () => enteredNumber(String(field.val()).trim(), Number(unit.val())) };
}

/** Fills `container`, an item of an editable list, with the fields of one filter. */
export function addStateRow(container: JQuery, row: Partial<StateRowConfig>, context: RowContext): void {
  const saved: StateRowConfig = { ...stateRowDefaults, ...row };
  addSubscriptionRow(container, saved, context);
  // addSubscriptionRow() has attached this function.
  const readSubscription = container.data('read') as () => StateRowConfig;
  const silence = addSilence(container, saved);
  keepReader<StateRowConfig>(container, () => ({ ...readSubscription(), ...silence.read() }));
}
