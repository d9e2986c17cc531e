// The settings of a dialog that are rarely needed, folded away. Their summary names those that differ from the usual.

import { readNumber, shownNumber } from './number-field';
import { oncePerTask } from './once-per-task';
import { sharedText } from './shared-text';

/** The usual value of each folded field, by the id of its element. */
export type UsualValues = Readonly<Record<string, unknown>>;

/** The usual values of fields that Node-RED saves under their names. */
export function usualOf<Settings extends object>(
  settings: Settings,
  names: readonly (keyof Settings & string)[],
): UsualValues {
  return Object.fromEntries(names.map((name) => [`node-input-${name}`, settings[name]]));
}

/** The usual values of numbers, which have fields of their own names and units. */
export function usualNumbers<Settings extends object>(
  settings: Settings,
  names: readonly (keyof Settings & string)[],
): UsualValues {
  return Object.fromEntries(names.map((name) => [`mqtt-flows-${name}`, settings[name]]));
}

/** The fields below `container` that differ from `usual`, with their values. */
export function changesIn(container: JQuery, usual: UsualValues): string[] {
  return Object.entries(usual).flatMap(([id, value]) => changeOf($(`#${id}`), value, container));
}

/** The number of rows of a list below `container`, named as its label is, where there are any and it is not hidden. */
export function rowsIn(container: JQuery, list: JQuery, label: string): string[] {
  if (list.parentsUntil(container).toArray().some(isHidden)) return [];
  const count = list.children('li').not('.red-ui-editableList-item-deleting').length;
  return count === 0 ? [] : [`${label}: ${count}`];
}

/**
 * Keeps the summary of `details` up to date, and opens it if it hides a value that is wrong. `others` says what no single
 * field does. Returns whether anything differs from `usual`.
 */
export function prepareMore(details: JQuery, usual: UsualValues, others: () => string[] = () => []): boolean {
  const summary = details.children('summary');
  const show = (): boolean => {
    const changed = [...changesIn(details, usual), ...others()];
    const what = changed.join('; ');
    summary.text(what === '' ? sharedText('fields.more') : `${sharedText('fields.more')} (${what})`);
    return changed.length > 0;
  };
  details.on('input change', oncePerTask(show));
  // Lists take the height that is left. Node-RED lays dialogs out anew with the window.
  details.on('toggle', () => void $(window).trigger('resize'));
  // Node-RED fills in some fields after the dialog has been prepared.
  setTimeout(() => {
    show();
    if (details.find('[aria-invalid=true]').length > 0) details.prop('open', true);
  }, 0);
  return show();
}

/** What is set at `field`, unless that is usual or the field is hidden. */
function changeOf(field: JQuery, usual: unknown, container: JQuery): string[] {
  if (field.parentsUntil(container).toArray().some(isHidden)) return [];
  if (field.is(':checkbox')) return tickOf(field, usual === true);
  const isNumber = field.is('.mqtt-flows-number');
  const value = isNumber ? readNumber(String(field.attr('id')).replace('mqtt-flows-', '')) : field.val();
  if (String(value ?? '') === String(usual ?? '')) return [];
  const shown = isNumber ? shownNumber(field) : shownText(field);
  return [`${labelOf(field)}: ${shown}`];
}

/** A box that is ticked is named. One that is ticked as a rule is named when it is not. */
function tickOf(field: JQuery, usual: boolean): string[] {
  const ticked = field.prop('checked') === true;
  if (ticked === usual) return [];
  return [ticked ? labelOf(field) : sharedText('fields.off', { label: labelOf(field) })];
}

function shownText(field: JQuery): string {
  return field.is('select') ? field.find('option:selected').text() : String(field.val() ?? '');
}

function isHidden(element: HTMLElement): boolean {
  return element.style.display === 'none';
}

function labelOf(field: JQuery): string {
  return $(`label[for="${field.attr('id')}"]`)
    .text()
    .trim();
}
