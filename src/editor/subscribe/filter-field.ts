// The filter of a row: text in which {{…}} is filled in, or a JSONata expression in its place.

import type { SubscriptionConfig } from '../../settings/subscribe.config';
import { addFieldNote } from '../fields/field-note';
import { sharedText } from '../fields/shared-text';
import { nameTypedInput } from '../fields/typed-input-name';
import { typedValueProblem } from '../publish/typed-value-problem';

/** Whether braces in the text of a saved row are part of the filter: so it was before they were filled in. */
export function keepsBraces({ filter, filterType, literal }: SubscriptionConfig): boolean {
  return literal === true || (filterType === undefined && filter.includes('{{'));
}

/** The type to save for the filter `text`, which is no expression. */
export function typeOfText(text: string, literal: boolean): Pick<SubscriptionConfig, 'filterType'> {
  return text.includes('{{') && !literal ? { filterType: 'template' } : {};
}

export interface ExpressionField {
  /** Shows the expression in the place of the text, or the text again. */
  show(shown: boolean): void;
  read(): string;
}

/** Adds the expression to `line` beside `text`, and its note to `container`. The typed input is made when it is first shown. */
export function addExpression(container: JQuery, line: JQuery, text: JQuery, saved: string): ExpressionField {
  const place = $('<div>', { class: 'mqtt-flows-filter-expression' })
    .css({ flex: '1 1 auto', minWidth: '60px' })
    .hide()
    .insertAfter(text);
  const input = $('<input>', { type: 'text' }).css({ width: '100%' }).val(saved).appendTo(place);
  const note = $('<div>').hide().appendTo(container);
  let built = false;
  const build = (): void => {
    built = true;
    input.typedInput({ types: ['jsonata'], default: 'jsonata' });
    input.typedInput('value', saved);
    // The typed input's own method measures the width, which is impossible before the dialog is shown.
    place.find('.red-ui-typedInput-container').css('width', '100%');
    nameTypedInput(line, input, sharedText('fields.filter'));
    // Nothing is wrong with a field in which nothing was typed yet.
    let typed = saved !== '';
    addFieldNote(note, input, () => ({
      problem: typed ? typedValueProblem({ value: read(), type: 'jsonata' }) : undefined,
      hint: sharedText('fields.filterExpression'),
    }));
    const shown = place.find('input.red-ui-typedInput-input');
    shown.attr('aria-describedby', input.attr('aria-describedby') ?? '');
    input.on('input change', () => shown.attr('aria-invalid', input.attr('aria-invalid') ?? 'false'));
    // The typed input reports a change when it is left, and the note has to follow each letter.
    shown.on('input', () => {
      typed = true;
      input.val(read()).trigger('input');
    });
  };
  const read = (): string => (built ? input.typedInput('value').trim() : saved);
  return {
    show: (shown) => {
      if (shown && !built) build();
      place.add(note).toggle(shown);
      text.toggle(!shown);
    },
    read,
  };
}
