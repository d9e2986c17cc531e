// A row in the list of topic filters by which a replay node chooses messages.

import { addFieldNote } from '../fields/field-note';
import { keepReader } from '../fields/list-rows';
import { sharedText } from '../fields/shared-text';
import { topicFilterNote } from '../fields/topic-filter-problem';
import { trimPasted } from '../fields/trim-pasted';

/** A new row has no filter. */
export interface BranchRow {
  readonly filter?: string;
}

export function addBranchRow(container: JQuery, { filter = '' }: BranchRow): void {
  const input = $('<input>', { type: 'text', spellcheck: false, 'aria-label': sharedText('fields.branch') })
    .css({ width: '100%', boxSizing: 'border-box' })
    .val(filter)
    .appendTo(container);
  trimPasted(input);
  addFieldNote(container, input, (text) => (text.trim() === '' ? {} : topicFilterNote(text.trim())));
  keepReader(container, () => String(input.val() ?? '').trim());
}
