// What the dialogs of recordings share: rows, the choice of a broker, and the dialog itself.

import { addFieldNote } from '../fields/field-note';
import { numberText } from '../fields/local-text';
import { removeClosed } from '../fields/remove-closed';
import { nodeLabel } from './node-label';
import { askBrokers, type DeployedBroker } from './topics-requests';
import { topicsText } from './topics-text';

let count = 0;

/** A row with a label over its field. `problemOf` says what is wrong with a value, below the field. */
export function field(
  title: string,
  input: JQuery,
  { unit = '', problemOf }: { readonly unit?: string; readonly problemOf?: (text: string) => string | undefined } = {},
): JQuery {
  const id = `mqtt-flows-recording-${++count}`;
  input.attr('id', id);
  const row = $('<div>', { class: 'mqtt-flows-recording-row' }).append($('<label>', { for: id }).text(title), input);
  if (unit !== '') row.append(` ${unit}`);
  if (!problemOf) return row;
  const noted = $('<div>').append(row);
  addFieldNote(noted, input, (text) => ({ problem: problemOf(text.trim()) }));
  return noted;
}

/** What is wrong with a number that has to be from `least` to `most`; blank may stand for none. */
export function rangeProblem(text: string, least: number, most: number, blank = false): string | undefined {
  // A field for numbers has no text where it is none.
  if (text === '' && blank) return undefined;
  const number = text === '' ? Number.NaN : Number(text);
  if (number >= least && number <= most) return undefined;
  return topicsText('recordings.badNumber', { least: numberText(least), most: numberText(most) });
}

export function tick(title: string, checked: boolean, tip = ''): { readonly row: JQuery; readonly input: JQuery } {
  const input = $('<input>', { type: 'checkbox', checked });
  const row = $('<label>', { class: 'mqtt-flows-recording-tick', title: tip }).append(input, ` ${title}`);
  return { row, input };
}

/** A choice of the deployed brokers. Undefined when there is none, which is said. */
export async function brokerSelect(chosen: string): Promise<JQuery | undefined> {
  const brokers = await askBrokers();
  if (brokers.length === 0) {
    RED.notify($('<span>', { text: topicsText('toolbar.noBroker') }), { type: 'warning', timeout: 5000 });
    return undefined;
  }
  const select = $('<select>').append(
    ...brokers.map(({ id, name }: DeployedBroker) => $('<option>', { value: id, text: nodeLabel(id, name || id) })),
  );
  if (brokers.some(({ id }) => id === chosen)) select.val(chosen);
  return select;
}

interface DialogParts {
  readonly title: string;
  /** The text of the button. */
  readonly press: string;
  readonly content: readonly JQuery[];
  /** Resolves with what is wrong, as a sentence, or undefined to close the dialog. */
  go(): Promise<string | undefined>;
}

/** px that stay free above and below the dialog together */
const MARGIN = 40;

/** Opens it. Returns a function that puts it into the middle again, for content that comes later. */
export function openDialog({ title, press, content: parts, go }: DialogParts): () => void {
  const problem = $('<div>', { class: 'mqtt-flows-problem', role: 'alert' });
  const content = $('<div>', { class: 'mqtt-flows-recording-form' }).append(...parts, problem);
  let going = false;
  let open = true;
  const pressed = async (): Promise<void> => {
    const wrongField = content.find('[aria-invalid=true]').first();
    if (wrongField.length > 0) return void wrongField.trigger('focus');
    if (going) return;
    going = true;
    const wrong = await go().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    going = false;
    // It may have been cancelled meanwhile.
    if (!open) return;
    if (wrong === undefined) content.dialog('close');
    else problem.text(wrong);
  };
  content.on('keydown', 'input', (event) => {
    if (event.key !== 'Enter' || event.originalEvent?.isComposing) return;
    // The press would go on to the button that has the focus next.
    event.preventDefault();
    void pressed();
  });
  content.dialog({
    title,
    modal: true,
    width: 520,
    // The buttons stay in the window, and the content scrolls.
    maxHeight: window.innerHeight - MARGIN,
    resizable: false,
    classes: { 'ui-dialog': 'red-ui-editor-dialog mqtt-flows-dialog' },
    buttons: [
      {
        id: 'mqtt-flows-recording-cancel',
        text: topicsText('clear.cancel'),
        click: () => void content.dialog('close'),
      },
      { id: 'mqtt-flows-recording-ok', text: press, class: 'primary', click: () => void pressed() },
    ],
    close() {
      open = false;
      removeClosed(content);
    },
  });
  return () => {
    if (open) content.dialog('option', 'position', { my: 'center', at: 'center', of: window });
  };
}
