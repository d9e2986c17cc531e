// The dialog that replaces core nodes by ours, or puts core nodes back. Loaded when it is first opened.

import type { NodeReport, Verdict } from '../../core/conversion/conversion-note';
import { conversionDefaults } from '../../core/conversion/conversion-options';
import type { FlowNode } from '../../core/conversion/flow-node';
import { putCoreNodesBack } from '../../core/conversion/put-core-nodes-back';
import { isBroker, needsBroker, replaceCoreNodes } from '../../core/conversion/replace-core-nodes';
import type { FlowConversion } from '../../core/conversion/replace-nodes';
import { oneAtATime } from '../fields/one-at-a-time';
import { removeClosed } from '../fields/remove-closed';
import { chooser, type Extent, extentField, optionFields, selectedNodes } from './conversion-fields';
import { movingInText } from './moving-in-text';
import { showConversion } from './node-list';
import { replaceInEditor } from './replace-step';
import { savedUserNames, withUserNames } from './user-names';

type Chosen = (node: FlowNode) => boolean;

/** The dialog *replace core nodes*, for the selected ones. */
export function openSelectedDialog(): void {
  openReplaceDialog('selection');
}

/** The dialog *replace core nodes*. Without an extent it is for all, or for several that are selected. */
export function openReplaceDialog(extent?: Extent): void {
  const before = RED.nodes.createCompleteNodeSet();
  let options = conversionDefaults;
  const brokers = before.some(({ type }) => needsBroker(type))
    ? before.filter(({ type }) => isBroker(type))
    : undefined;
  openDialog(before, {
    title: movingInText('dialog.title'),
    press: movingInText('dialog.replace'),
    done: (count) => movingInText('dialog.done', { count }),
    convert: (chosen) => replaceCoreNodes(before, options, chosen),
    fields: (changed) =>
      optionFields(brokers, (chosen) => {
        options = chosen;
        changed();
      }),
    extent,
  });
}

/** The dialog *put core nodes back*. */
export const openBackDialog = oneAtATime(prepareBackDialog);

async function prepareBackDialog(): Promise<void> {
  const names = await savedUserNames(RED.nodes.createCompleteNodeSet());
  // The other dialog has been opened meanwhile.
  if ($('.mqtt-flows-moving').length > 0) return;
  // What was edited meanwhile is in it, too: the flow is put together from it, and undo restores it.
  const before = RED.nodes.createCompleteNodeSet();
  const named = withUserNames(before, names);
  openDialog(before, {
    title: movingInText('dialog.backTitle'),
    press: movingInText('dialog.putBack'),
    done: (count) => movingInText('dialog.backDone', { count }),
    convert: (chosen) => putCoreNodesBack(named, chosen),
  });
}

interface Parts {
  readonly title: string;
  /** The text of the button. */
  readonly press: string;
  /** What is said at the end. */
  done(count: number): string;
  convert(chosen: Chosen): FlowConversion;
  fields?(changed: () => void): JQuery;
  /** The nodes that are meant at first. */
  readonly extent?: Extent | undefined;
}

function openDialog(before: readonly FlowNode[], { title, press, done, convert, fields, ...parts }: Parts): void {
  const selected = selectedNodes();
  let extent: Extent = selected.size === 0 ? 'all' : (parts.extent ?? (selected.size > 1 ? 'selection' : 'all'));
  let conversion = convert(chooser(extent, selected));
  const list = $('<div>', { class: 'mqtt-flows-moving-list', tabindex: 0 });
  const summary = $('<p>', { class: 'mqtt-flows-moving-summary', role: 'status' });
  const show = (): void => {
    conversion = convert(chooser(extent, selected));
    showConversion(list, conversion);
    summary.text(summaryText(conversion));
    $('#mqtt-flows-moving-ok').prop('disabled', conversion.replaced.length + conversion.added.length === 0);
  };
  const content = $('<div>', { class: 'mqtt-flows-moving' }).append(
    extentField(extent, selected.size, (chosen) => {
      extent = chosen;
      show();
    }),
    ...(selected.size === 0 ? [$('<p>', { class: 'mqtt-flows-moving-undo' }).text(movingInText('dialog.select'))] : []),
    ...(fields ? [fields(show)] : []),
    summary,
    list,
    $('<p>', { class: 'mqtt-flows-moving-undo' }).text(movingInText('dialog.undo')),
  );
  const close = (): void => void content.dialog('close');
  content.dialog({
    title,
    modal: true,
    width: 680,
    resizable: false,
    classes: { 'ui-dialog': 'red-ui-editor-dialog mqtt-flows-dialog' },
    buttons: [
      { id: 'mqtt-flows-moving-cancel', text: movingInText('dialog.cancel'), click: close },
      {
        id: 'mqtt-flows-moving-ok',
        text: press,
        class: 'primary',
        click() {
          close();
          replaceInEditor(before, conversion);
          tell(done(count(conversion, 'same') + count(conversion, 'note')));
        },
      },
    ],
    open: show,
    close: () => removeClosed(content),
  });
}

function count({ reports }: FlowConversion, verdict: Verdict): number {
  return reports.filter((report: NodeReport) => report.verdict === verdict).length;
}

function summaryText(conversion: FlowConversion): string {
  const [same, notes, cannot] = [count(conversion, 'same'), count(conversion, 'note'), count(conversion, 'cannot')];
  if (same + notes + cannot === 0) return movingInText('dialog.nothing');
  return movingInText('dialog.summary', { same, notes, cannot });
}

function tell(sentence: string): void {
  RED.notify($('<p>').text(sentence), { type: 'success', timeout: 10_000 });
}
