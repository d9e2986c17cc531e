// The fields above the list of a conversion: which nodes are meant, and how they shall behave.

import type { ConversionOptions } from '../../core/conversion/conversion-options';
import { conversionDefaults } from '../../core/conversion/conversion-options';
import type { FlowNode } from '../../core/conversion/flow-node';
import { labelOf } from '../../core/conversion/node-label';
import { movingInText } from './moving-in-text';

export type Extent = 'all' | 'flow' | 'selection';

/** The identifiers of the selected nodes, and of those in selected groups. */
export function selectedNodes(): ReadonlySet<string> {
  const ids = new Set<string>();
  const add = (selected: readonly EditorSelected[] = []): void => {
    for (const { id, nodes } of selected) {
      ids.add(id);
      add(nodes);
    }
  };
  add(RED.view.selection().nodes);
  return ids;
}

/** Whether a node is meant. A broker node is for itself only when everything is; else it follows its users. */
export function chooser(extent: Extent, selected: ReadonlySet<string>): (node: FlowNode) => boolean {
  if (extent === 'all') return () => true;
  const shown = RED.workspaces.active();
  return extent === 'flow' ? ({ z }) => z === shown : ({ id }) => selected.has(id);
}

/** Radio buttons for the extent; `changed` is told of each choice. */
export function extentField(extent: Extent, selected: number, changed: (extent: Extent) => void): JQuery {
  const choices: readonly [Extent, string][] = [
    ['all', movingInText('dialog.extentAll')],
    ['flow', movingInText('dialog.extentFlow')],
    ['selection', movingInText('dialog.extentSelection', { count: selected })],
  ];
  const buttons = choices.map(([value, text]) => {
    const disabled = value === 'selection' && selected === 0;
    const input = $('<input>', {
      type: 'radio',
      name: 'mqtt-flows-extent',
      value,
      checked: value === extent,
      disabled,
    });
    input.on('change', () => changed(value));
    return $('<label>').append(input, document.createTextNode(` ${text}`));
  });
  return $('<div>', { class: 'mqtt-flows-moving-row', role: 'radiogroup' }).append(...buttons);
}

/**
 * A select for each option; `changed` is told of all of them with each choice. `brokers` are for nodes that name none;
 * undefined when there are no such nodes.
 */
export function optionFields(
  brokers: readonly FlowNode[] | undefined,
  changed: (options: ConversionOptions) => void,
): JQuery {
  let options = conversionDefaults;
  const field = (
    label: string,
    choices: readonly (readonly [string, string])[],
    read: (value: string) => Partial<ConversionOptions>,
  ): JQuery => {
    const select = $('<select>').append(choices.map(([value, text]) => $('<option>', { value }).text(text)));
    select.on('change', () => {
      options = { ...options, ...read(String(select.val())) };
      changed(options);
    });
    return $('<label>', { class: 'mqtt-flows-moving-option' }).append($('<span>').text(label), select);
  };
  const rows = [
    field(
      movingInText('dialog.tls'),
      [
        ['asBefore', movingInText('dialog.tlsAsBefore')],
        ['verified', movingInText('dialog.tlsVerified')],
      ],
      (value) => ({ tls: value === 'verified' ? 'verified' : 'asBefore' }),
    ),
    field(
      movingInText('dialog.offline'),
      [
        ['wait', movingInText('dialog.offlineWait')],
        ['fail', movingInText('dialog.offlineFail')],
      ],
      (value) => ({ offline: value === 'fail' ? 'fail' : 'wait' }),
    ),
    field(
      movingInText('dialog.retained'),
      [
        ['once', movingInText('dialog.retainedOnce')],
        ['again', movingInText('dialog.retainedAgain')],
      ],
      (value) => ({ retainedAgain: value === 'again' }),
    ),
  ];
  if (brokers) {
    const own = brokers.map((broker) => [broker.id, labelOf(broker)] as const);
    const none = ['', movingInText('dialog.brokerNone')] as const;
    rows.push(field(movingInText('dialog.broker'), [none, ...own], (value) => ({ broker: value })));
  }
  return $('<div>', { class: 'mqtt-flows-moving-options' }).append(...rows);
}
