// The line of the broker dialog about the deployed outbox, and the button that empties it.

import type { OutboxFigures } from '../../core/reports/outbox-figures';
import { sharedText } from '../fields/shared-text';

const ROW = '#mqtt-flows-outbox-state';

/** Prepares the line of the deployed node `id`. Returns a function that shows the figures, if they are known. */
export function prepareOutboxState(id: string): (figures: OutboxFigures | undefined) => void {
  // Looked up once: another dialog has elements with the same ids.
  const row = $(ROW);
  const button = row.children('button');
  const mayClear = RED.user.hasPermission('mqtt-flows.write');
  let sure = false;
  const ask = (asked: boolean): void => {
    sure = asked;
    button.text(asked ? sharedText('outboxState.sure') : sharedText('outboxState.clear'));
  };
  const show = (figures: OutboxFigures | undefined): void => {
    row.toggle(figures !== undefined);
    if (!figures) return;
    const waiting = figures.depth - figures.inFlight;
    row.children('span').text(figuresText(waiting, figures));
    button.toggle(mayClear && waiting > 0);
    if (waiting === 0) ask(false);
  };
  button.on('click', () => {
    if (!sure) return ask(true);
    ask(false);
    const url = `mqtt-flows/brokers/${encodeURIComponent(id)}/outbox/clear`;
    void $.ajax({ url, method: 'POST', contentType: 'application/json', data: '{}' }).then(show);
  });
  ask(false);
  return show;
}

function figuresText(count: number, { bytes, oldestAge }: OutboxFigures): string {
  if (count === 0) return sharedText('outboxState.empty');
  const kilobytes = Math.ceil(bytes / 1000);
  return sharedText('outboxState.waiting', { count, kilobytes, seconds: Math.round(oldestAge / 1000) });
}
