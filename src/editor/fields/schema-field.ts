// The field for a .proto text: with line numbers, and what is wrong with it, as the runtime sees it, at its line.

import type { SchemaAnswer } from '../../settings/schema-answer';
import { colorAsError } from './error-color';
import { sharedText } from './shared-text';

/** ms without a key after which the runtime is asked */
const PAUSE = 400;
const LINES = 8;
const PLACEHOLDER = 'syntax = "proto3";\nmessage Reading { double value = 1; }';

export interface SchemaField {
  readonly element: JQuery;
  /** Shows one line for a path, or several for a text, which is then checked. */
  showAs(from: 'text' | 'file'): void;
}

/** `learned` is called with the messages of each text that can be read. */
export function schemaField(saved: string, learned: (messageTypes: readonly string[]) => void): SchemaField {
  const font = { fontFamily: 'monospace', fontSize: '13px', lineHeight: '18px' };
  const numbers = $('<div>', { 'aria-hidden': 'true' }).css({
    ...{ ...font, flex: '0 0 auto', overflow: 'hidden', padding: '5px 6px', textAlign: 'end' },
    ...{ boxSizing: 'border-box', color: 'var(--red-ui-secondary-text-color)' },
  });
  const textarea = $('<textarea>', {
    id: 'node-input-schema',
    spellcheck: false,
    wrap: 'off',
    placeholder: PLACEHOLDER,
  });
  textarea.attr({ 'aria-label': sharedText('field.schema'), 'aria-describedby': 'mqtt-flows-schema-problem' });
  textarea.css({ ...font, flex: '1 1 auto', width: 'auto', minWidth: 0, padding: '4px 6px', boxSizing: 'border-box' });
  textarea.val(saved);
  const problem = $('<button>', {
    type: 'button',
    id: 'mqtt-flows-schema-problem',
    title: sharedText('tip.schemaLine'),
  });
  problem.css({
    ...{ display: 'block', padding: '2px 0', border: 0, background: 'none', textAlign: 'start', fontSize: '12px' },
    overflowWrap: 'anywhere',
  });
  colorAsError(problem);
  const said = $('<div>', { 'aria-live': 'polite' }).append(problem.hide());
  let wrong: number | undefined;
  let from: 'text' | 'file' = 'text';
  let timer: ReturnType<typeof setTimeout> | undefined;

  const drawNumbers = (): void => {
    const count = String(textarea.val()).split('\n').length;
    numbers.empty().toggle(from === 'text');
    for (let line = 1; line <= Math.min(count, MOST_NUMBERS); line++) {
      const number = $('<div>', { text: line });
      if (line === wrong) number.css({ color: '#fff', background: '#ad1625', padding: '0 3px', margin: '0 -3px' });
      numbers.append(number);
    }
    numbers.css({ height: textarea.outerHeight() ?? '' }).scrollTop(textarea.scrollTop() ?? 0);
  };
  const show = (answer: SchemaAnswer | undefined): void => {
    wrong = answer && !answer.ok ? answer.line : undefined;
    const isWrong = answer !== undefined && !answer.ok;
    textarea.toggleClass('input-error', isWrong).attr('aria-invalid', String(isWrong));
    problem.toggle(isWrong).text(isWrong ? sentence(answer) : '');
    if (answer?.ok) learned(answer.messageTypes);
    drawNumbers();
  };
  const check = (): void => {
    clearTimeout(timer);
    const text = String(textarea.val());
    if (from === 'file' || text.trim() === '') return show(undefined);
    timer = setTimeout(() => {
      void ask(text).then((answer) => {
        // What was typed meanwhile is asked about by its own timer.
        if (answer && from === 'text' && textarea.val() === text) show(answer);
      });
    }, PAUSE);
  };
  problem.on('click', () => selectLine(textarea, wrong));
  textarea.on('input', check).on('input scroll', drawNumbers);
  return {
    element: $('<div>', { class: 'form-row' }).append(
      $('<div>').css({ display: 'flex', alignItems: 'flex-start' }).append(numbers, textarea),
      said,
    ),
    showAs(kind) {
      from = kind;
      textarea.attr('rows', kind === 'file' ? 1 : LINES);
      check();
      drawNumbers();
    },
  };
}

/** Lines that have a number. */
const MOST_NUMBERS = 2000;

function sentence({ line, detail }: { readonly line?: number; readonly detail: string }): string {
  // protobufjs names the line in its own words, too.
  const bare = detail.replace(/ \(line \d+\)$/, '');
  return line === undefined
    ? sharedText('schema.wrong', { detail: bare })
    : sharedText('schema.wrongAt', { line, detail: bare });
}

/** Undefined where there is no answer; the node says what is wrong once it is deployed. */
async function ask(schema: string): Promise<SchemaAnswer | undefined> {
  try {
    const data = JSON.stringify({ schema });
    return await $.ajax({
      url: 'mqtt-flows/schema',
      method: 'POST',
      contentType: 'application/json',
      dataType: 'json',
      data,
    });
  } catch {
    return undefined;
  }
}

function selectLine(textarea: JQuery, line: number | undefined): void {
  const [element] = textarea.get();
  if (line === undefined || !(element instanceof HTMLTextAreaElement)) return;
  const lines = element.value.split('\n');
  const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
  element.focus();
  element.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
}
