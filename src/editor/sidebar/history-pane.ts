// The messages of a topic over time, newest first, with the difference between any two of them. Shows the latest ones live,
// or a page of older ones.

import { differenceOf } from '../../core/sidebar/payload-difference';
import type { HistoryAnswer } from '../../core/sidebar/sidebar-protocol';
import { type LoggedMessage, logged, type MessageLog } from './message-log';
import { notifyProblem } from './notify-problem';
import { comparableText, comparableValue } from './payload-view';
import { shownInterval } from './shown-time';
import type { TabPane } from './tab-strip';
import type { HistoryPlaceAsked } from './topics-requests';
import { topicsText } from './topics-text';
import { factsOf, hint } from './value-pane';

/** The number of messages on a page. */
const LISTED = 100;

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
  #page: Page | undefined;
  /** The two messages that are compared: kept as they are, since they may stand on different pages. */
  #older: LoggedMessage | undefined;
  #newer: LoggedMessage | undefined;
  #about = 0;
  #drawn = '';

  constructor(log: MessageLog, ask: AskHistory) {
    this.#log = log;
    this.#ask = ask;
    this.#time.attr('aria-label', topicsText('history.jump'));
    this.#time.on('change', () => {
      const at = new Date(String(this.#time.val())).getTime();
      if (Number.isFinite(at)) void this.#turn({ at });
    });
  }

  render(pane: JQuery): void {
    if (this.#about !== this.#log.generation) {
      // Another topic, or the same in another format.
      this.#about = this.#log.generation;
      this.#page = undefined;
      this.#older = undefined;
      this.#newer = undefined;
    }
    const { messages } = this.#log;
    const state = JSON.stringify([
      this.#about,
      this.#page ? [this.#page.messages[0]?.sequence, this.#page.newer] : [messages[0]?.sequence, this.#log.after],
      this.#older?.sequence,
      this.#newer?.sequence,
    ]);
    if (this.#content.parent()[0] !== pane[0]) pane.empty().append(this.#content);
    if (state === this.#drawn) return;
    this.#drawn = state;
    this.#draw(this.#page ?? this.#latest());
  }

  #latest(): Page {
    const { messages } = this.#log;
    return { messages: messages.slice(-LISTED), older: Math.max(0, messages.length - LISTED), newer: 0 };
  }

  #draw(page: Page): void {
    const { messages } = page;
    const newer = this.#newer ?? messages.at(-1);
    const older = this.#older ?? (newer && messages[messages.indexOf(newer) - 1]);
    const list = $('<ol>', { class: 'mqtt-flows-history' });
    for (const [index, message] of [...messages.entries()].reverse()) {
      list.append(
        this.#entry(
          message,
          messages[index - 1],
          message.sequence === newer?.sequence,
          message.sequence === older?.sequence,
        ),
      );
    }
    // The field keeps what is being typed.
    this.#time.detach();
    this.#content.empty().append(difference(newer, older), this.#pages(page), list);
  }

  #pages({ messages, newer }: Page): JQuery {
    const [first, last] = [messages[0], messages.at(-1)];
    const turn = (text: string, enabled: boolean, act: () => void): JQuery =>
      $('<button>', { type: 'button', class: 'red-ui-button red-ui-button-small', text, disabled: !enabled }).on(
        'click',
        act,
      );
    return $('<div>', { class: 'mqtt-flows-buttons' }).append(
      turn(
        topicsText('history.earlier'),
        first !== undefined,
        () => first && void this.#turn({ before: first.sequence }),
      ),
      turn(topicsText('history.later'), newer > 0, () => last && void this.#turn({ after: last.sequence })),
      turn(topicsText('history.latest'), this.#page !== undefined, () => this.#show(undefined)),
      this.#time,
    );
  }

  async #turn(place: HistoryPlaceAsked): Promise<void> {
    const about = this.#about;
    try {
      const answer = await this.#ask(place, LISTED);
      if (!answer || about !== this.#log.generation) return;
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
    this.#page = page;
    this.#redraw();
  }

  #redraw(): void {
    this.#drawn = '';
    const pane = this.#content.parent();
    if (pane.length > 0) this.render(pane);
  }

  #entry(message: LoggedMessage, before: LoggedMessage | undefined, isNewer: boolean, isOlder: boolean): JQuery {
    const choose = (which: 'older' | 'newer', label: string, chosen: boolean): JQuery =>
      $('<button>', { type: 'button', class: 'mqtt-flows-choose', 'aria-pressed': String(chosen), title: label })
        .attr('aria-label', label)
        .text(which === 'older' ? '−' : '+')
        .on('click', () => {
          // Pressed again, the usual one is compared.
          if (which === 'older') this.#older = this.#older?.sequence === message.sequence ? undefined : message;
          else this.#newer = this.#newer?.sequence === message.sequence ? undefined : message;
          this.#redraw();
        });
    const { read, decoded, at } = message;
    const text = decoded?.ok ? comparableValue(decoded.value) : (read.text ?? comparableText(read));
    const facts = factsOf(message);
    if (before) facts.append(document.createTextNode(` · +${shownInterval(Math.max(0, at - before.at))}`));
    return $('<li>').append(
      choose('older', topicsText('history.older'), isOlder),
      choose('newer', topicsText('history.newer'), isNewer),
      $('<span>', { class: 'mqtt-flows-history-text' }).append(facts, $('<code>', { text: text.slice(0, 200) })),
    );
  }
}

function difference(newer: LoggedMessage | undefined, older: LoggedMessage | undefined): JQuery {
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
