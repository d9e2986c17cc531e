// The messages of a page of the history as a list, newest first. A row stays as long as its message does, since a button that
// is being pressed must not go while other messages come.

import type { LoggedMessage } from './message-log';
import { comparableText, comparableValue } from './payload-view';
import { placeInOrder } from './place-in-order';
import { shownInterval } from './shown-time';
import { topicsText } from './topics-text';
import { factsOf } from './value-pane';

/** Characters of a payload in its row. */
const SHOWN = 200;

/** What two messages are compared. */
export interface Compared {
  readonly older: LoggedMessage | undefined;
  readonly newer: LoggedMessage | undefined;
}

export type Side = keyof Compared;

interface Row {
  readonly element: JQuery;
  readonly older: JQuery;
  readonly newer: JQuery;
  /** The time since the message before. */
  readonly interval: Text;
  before: LoggedMessage | undefined;
}

export class HistoryRows {
  readonly element = $('<ol>', { class: 'mqtt-flows-history' });
  readonly #chosen: (side: Side, message: LoggedMessage) => void;
  #rows = new Map<LoggedMessage, Row>();

  /** `chosen` is called when a message is to be compared on one side. */
  constructor(chosen: (side: Side, message: LoggedMessage) => void) {
    this.#chosen = chosen;
  }

  /** `messages` are oldest first. */
  show(messages: readonly LoggedMessage[], { older, newer }: Compared): void {
    const known = this.#rows;
    this.#rows = new Map();
    for (const [index, message] of messages.entries()) {
      const row = known.get(message) ?? this.#make(message);
      this.#rows.set(message, row);
      tellInterval(row, message, messages[index - 1]);
      // Those that are compared may stand on another page.
      row.older.attr('aria-pressed', String(message.sequence === older?.sequence));
      row.newer.attr('aria-pressed', String(message.sequence === newer?.sequence));
    }
    const items = [...this.#rows.values()].reverse().flatMap(({ element }) => element.toArray());
    for (const list of this.element.toArray()) placeInOrder(list, items);
  }

  #make(message: LoggedMessage): Row {
    const choose = (side: Side, sign: string, label: string): JQuery =>
      $('<button>', { type: 'button', class: 'mqtt-flows-choose', title: label, 'aria-label': label, text: sign }).on(
        'click',
        () => this.#chosen(side, message),
      );
    const older = choose('older', '−', topicsText('history.older'));
    const newer = choose('newer', '+', topicsText('history.newer'));
    const interval = document.createTextNode('');
    const said = $('<span>', { class: 'mqtt-flows-history-text' }).append(
      factsOf(message).append(interval),
      $('<code>', { text: textOf(message).slice(0, SHOWN) }),
    );
    return { element: $('<li>').append(older, newer, said), older, newer, interval, before: undefined };
  }
}

function tellInterval(row: Row, { at }: LoggedMessage, before: LoggedMessage | undefined): void {
  if (!before || before === row.before) return;
  row.before = before;
  row.interval.data = ` · +${shownInterval(Math.max(0, at - before.at))}`;
}

function textOf({ decoded, read }: LoggedMessage): string {
  return decoded?.ok ? comparableValue(decoded.value) : (read.text ?? comparableText(read));
}
