// The messages of a topic over time, newest first, with the difference between any two of them. Shows the latest ones live,
// or a page of older ones.

import { differenceOf } from '../../core/sidebar/payload-difference';
import type { HistoryAnswer } from '../../core/sidebar/sidebar-protocol';
import { type Compared, HistoryRows } from './history-rows';
import { type LoggedMessage, logged, type MessageLog } from './message-log';
import { notifyProblem } from './notify-problem';
import { comparableText, comparableValue } from './payload-view';
import type { TabPane } from './tab-strip';
import type { HistoryPlaceAsked } from './topics-requests';
import { topicsText } from './topics-text';
import { hint } from './value-pane';

/** The number of messages on a page. */
const LISTED = 100;

const NONE: Compared = { older: undefined, newer: undefined };

export type AskHistory = (place: HistoryPlaceAsked, count: number) => Promise<HistoryAnswer | undefined>;

/** What is shown instead of the latest messages. */
interface Page {
  readonly messages: readonly LoggedMessage[];
  readonly older: number;
  readonly newer: number;
}

export function historyPane(log: MessageLog, ask: AskHistory): TabPane {
  const view = new HistoryView(log, ask);
  return { label: topicsText('tab.history'), render: (pane) => view.render(pane) };
}

class HistoryView {
  readonly #log: MessageLog;
  readonly #ask: AskHistory;
  readonly #content = $('<div>');
  readonly #time = $('<input>', { type: 'datetime-local', step: 1, class: 'mqtt-flows-jump' });
  readonly #earlier = pageButton(topicsText('history.earlier'), () => {
    const [first] = this.#shown.messages;
    if (first) void this.#turn({ before: first.sequence });
  });
  readonly #later = pageButton(topicsText('history.later'), () => {
    const last = this.#shown.messages.at(-1);
    if (last) void this.#turn({ after: last.sequence });
  });
  readonly #latest = pageButton(topicsText('history.latest'), () => this.#show(undefined));
  readonly #rows = new HistoryRows((side, message) => {
    // Pressed again, the usual one is compared.
    this.#chosen = { ...this.#chosen, [side]: this.#chosen[side]?.sequence === message.sequence ? undefined : message };
    this.#redraw();
  });
  #page: Page | undefined;
  #shown: Page = { messages: [], older: 0, newer: 0 };
  /** The two messages that are to be compared: kept as they are, since they may stand on different pages. */
  #chosen: Compared = NONE;
  #compared: Compared = NONE;
  #difference = $('<div>');
  #about = 0;
  #drawn = '';
  /** Requests for pages. Only the answer to the last one counts. */
  #turns = 0;

  constructor(log: MessageLog, ask: AskHistory) {
    this.#log = log;
    this.#ask = ask;
    this.#time.attr('aria-label', topicsText('history.jump'));
    this.#time.on('change', () => {
      const at = new Date(String(this.#time.val())).getTime();
      if (Number.isFinite(at)) void this.#turn({ at });
    });
    const buttons = $('<div>', { class: 'mqtt-flows-buttons' });
    buttons.append(this.#earlier, this.#later, this.#latest, this.#time);
    this.#content.append(this.#difference, buttons, this.#rows.element);
  }

  render(pane: JQuery): void {
    if (this.#about !== this.#log.generation) {
      // Another topic, or the same in another format.
      this.#about = this.#log.generation;
      this.#page = undefined;
      this.#chosen = NONE;
    }
    const { messages } = this.#log;
    const state = JSON.stringify([
      this.#about,
      this.#page ? [this.#page.messages[0]?.sequence, this.#page.newer] : [messages[0]?.sequence, this.#log.after],
      this.#chosen.older?.sequence,
      this.#chosen.newer?.sequence,
    ]);
    if (this.#content.parent()[0] !== pane[0]) pane.empty().append(this.#content);
    if (state === this.#drawn) return;
    this.#drawn = state;
    this.#draw(this.#page ?? this.#live());
  }

  #live(): Page {
    const { messages } = this.#log;
    return { messages: messages.slice(-LISTED), older: Math.max(0, messages.length - LISTED), newer: 0 };
  }

  #draw(page: Page): void {
    const { messages } = page;
    this.#shown = page;
    const newer = this.#chosen.newer ?? messages.at(-1);
    const older = this.#chosen.older ?? (newer && messages[messages.indexOf(newer) - 1]);
    this.#compare({ older, newer });
    this.#earlier.prop('disabled', messages.length === 0);
    this.#later.prop('disabled', page.newer === 0);
    this.#latest.prop('disabled', this.#page === undefined);
    this.#rows.show(messages, { older, newer });
  }

  /** What is shown stays, with its place, while the same two are compared. */
  #compare(compared: Compared): void {
    const isSame = compared.older === this.#compared.older && compared.newer === this.#compared.newer;
    if (isSame && this.#difference.contents().length > 0) return;
    this.#compared = compared;
    const next = difference(compared);
    this.#difference.replaceWith(next);
    this.#difference = next;
  }

  async #turn(place: HistoryPlaceAsked): Promise<void> {
    const about = this.#about;
    const turn = ++this.#turns;
    try {
      const answer = await this.#ask(place, LISTED);
      if (!answer || about !== this.#log.generation || turn !== this.#turns) return;
      if (answer.messages.length === 0) {
        if ('after' in place) this.#show(undefined);
        else RED.notify($('<span>', { text: topicsText('history.noMore') }), { timeout: 4000 });
        return;
      }
      this.#show({ ...answer, messages: answer.messages.map(logged) });
    } catch (error) {
      notifyProblem(error);
    }
  }

  #show(page: Page | undefined): void {
    this.#turns++;
    this.#page = page;
    this.#redraw();
  }

  #redraw(): void {
    this.#drawn = '';
    const pane = this.#content.parent();
    if (pane.length > 0) this.render(pane);
  }
}

function pageButton(text: string, pressed: () => void): JQuery {
  return $('<button>', { type: 'button', class: 'red-ui-button red-ui-button-small', text }).on('click', pressed);
}

function difference({ older, newer }: Compared): JQuery {
  if (!newer || !older) return hint(topicsText('history.one'));
  const lines = differenceOf(linesOf(older), linesOf(newer));
  if (lines.every(({ sign }) => sign === ' ')) return hint(topicsText('history.same'));
  const classes = { ' ': 'mqtt-flows-kept', '-': 'mqtt-flows-removed', '+': 'mqtt-flows-added' } as const;
  const box = $('<pre>', { class: 'mqtt-flows-difference', tabindex: 0 });
  box.attr('aria-label', topicsText('history.difference'));
  for (const { sign, text } of lines.slice(0, 2000)) {
    box.append($('<div>', { class: classes[sign], text: `${sign} ${text}` }));
  }
  return box;
}

function linesOf({ decoded, read }: LoggedMessage): string {
  return decoded?.ok ? comparableValue(decoded.value) : comparableText(read);
}
