// The settings of a dialog that are rarely needed, folded away. Their summary names those that differ from the usual.

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

/**
 * Keeps the summary of `details` up to date, and opens it if it hides a value that is wrong. Returns whether anything
 * differs from `usual`.
 */
export function prepareMore(details: JQuery, usual: UsualValues): boolean {
  const summary = details.children('summary');
  const show = (): boolean => {
    const changed = Object.entries(usual).flatMap(([id, value]) => changeOf($(`#${id}`), value, details));
    const what = changed.join('; ');
    summary.text(what === '' ? sharedText('fields.more') : `${sharedText('fields.more')} (${what})`);
    return changed.length > 0;
  };
  details.on('input change', () => void show());
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
function changeOf(field: JQuery, usual: unknown, details: JQuery): string[] {
  if (field.parentsUntil(details).toArray().some(isHidden)) return [];
  // All are off as a rule.
  if (field.is(':checkbox')) return field.prop('checked') === true ? [labelOf(field)] : [];
  const value = String(field.val() ?? '');
  if (value === String(usual ?? '')) return [];
  const shown = field.is('select') ? field.find('option:selected').text() : value;
  return [`${labelOf(field)}: ${shown}`];
}

function isHidden(element: HTMLElement): boolean {
  return element.style.display === 'none';
}

function labelOf(field: JQuery): string {
  return $(`label[for="${field.attr('id')}"]`)
    .text()
    .trim();
}
