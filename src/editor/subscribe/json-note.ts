// The note of the subscribe dialog about json nodes behind it that turn a parsed payload back into text.

import { jsonToggles } from '../../core/conversion/json-toggle';
import { labelOf } from '../../core/conversion/node-label';
import { sharedText } from '../fields/shared-text';

/** Adds the note at the end of `row`, and keeps it up to date with the format that `format` selects. */
export function addJsonNote(row: JQuery, format: JQuery, id: string): void {
  const line = $('<div>', { role: 'status', class: 'mqtt-flows-json-note' });
  line.css({ fontSize: '12px', paddingTop: '2px', color: 'var(--red-ui-secondary-text-color)' }).appendTo(row);
  const flow = RED.nodes.createCompleteNodeSet();
  const saved = flow.find((node) => node.id === id);
  const show = (): void => {
    const nodes = saved ? jsonToggles(flow, { ...saved, format: String(format.val() ?? '') }) : [];
    line.empty().toggle(nodes.length > 0);
    for (const node of nodes) {
      const reveal = $('<button>', { type: 'button', class: 'red-ui-button red-ui-button-small' });
      reveal.text(sharedText('jsonNote.show')).on('click', () => RED.view.reveal(node.id));
      $('<div>')
        .text(sharedText('jsonNote.toggles', { node: labelOf(node) }))
        .append(' ', reveal)
        .appendTo(line);
    }
  };
  format.on('change', show);
  show();
}
