// The line of the broker dialog that says what waits in the deployed outbox, and the button that empties it.

import type { OutboxFigures } from '../core/outbox-figures';
import { sharedText } from './shared-text';

const ROW = '#mqtt-flows-outbox-state';
/** ms between two looks */
const PERIOD = 2000;

/** Keeps the line up to date for the deployed node `id`; the function returned ends that. */
export function watchOutbox(id: string): () => void {
  const url = `mqtt-flows/brokers/${encodeURIComponent(id)}/outbox`;
  const button = $(`${ROW} button`);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sure = false;
  let over = false;
  const ask = (asked: boolean): void => {
    sure = asked;
    button.text(asked ? sharedText('outboxState.sure') : sharedText('outboxState.clear'));
  };
  const show = (figures: OutboxFigures | null): void => {
    if (!figures) return void $(ROW).hide();
    const waiting = figures.depth - figures.inFlight;
    $(ROW).show().children('span').text(figuresText(waiting, figures));
    button.toggle(waiting > 0);
    if (waiting === 0) ask(false);
  };
  const look = (): void => {
    const answer: JQuery.jqXHR<OutboxFigures | null> = $.getJSON(url);
    // Without permission, or while Node-RED restarts, nothing is known.
    answer
      .then(show, () => $(ROW).hide())
      .always(() => {
        if (!over) timer = setTimeout(look, PERIOD);
      });
  };
  button.on('click', () => {
    if (!sure) return ask(true);
    ask(false);
    void $.ajax({ url: `${url}/clear`, method: 'POST', contentType: 'application/json', data: '{}' }).then(show);
  });
  ask(false);
  look();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}

function figuresText(count: number, { bytes, oldestAge }: OutboxFigures): string {
  if (count === 0) return sharedText('outboxState.empty');
  const kilobytes = Math.ceil(bytes / 1000);
  return sharedText('outboxState.waiting', { count, kilobytes, seconds: Math.round(oldestAge / 1000) });
}
