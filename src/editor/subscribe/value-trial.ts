// The line of a filter's *Value* that shows what it makes of the last message seen on the broker.

import { errorSentence } from '../../core/errors/error-sentence';
import type { BrokerStateReport } from '../../core/reports/broker-state';
import type { ValueTrial } from '../../core/reports/value-trial';
import { sharedText } from '../fields/shared-text';

/** ms between two questions while the part is open */
const PACE = 2000;
/** ms after a change until the next question */
const PAUSE = 400;

/** Adds the line to `content`, and keeps it up to date while `fold` is open. `settingsOf` is asked each time. */
export function showValueTrial(content: JQuery, fold: JQuery, settingsOf: () => object): void {
  const line = $('<div>', { class: 'mqtt-flows-value-trial', 'aria-live': 'polite' })
    .css({ fontSize: '12px', marginTop: '4px', overflowWrap: 'anywhere' })
    .appendTo(content);
  if (!(RED.user.hasPermission('mqtt-flows.read') && RED.user.hasPermission('flows.write'))) return;
  let timer: number | undefined;
  let turn = 0;
  // False once the dialog is closed, or the row removed.
  const stands = (): boolean => document.body.contains(line[0] ?? null);
  const ask = async (): Promise<void> => {
    if (!stands()) return;
    const own = ++turn;
    if (fold.prop('open') === true && document.hidden !== true) {
      const lines = await trialLines(settingsOf());
      // A later question has another answer.
      if (own !== turn) return;
      // A screen reader reads what is set, even if it is the same.
      if (lines.join('\n') !== line.data('shown')) {
        line.data('shown', lines.join('\n')).empty();
        for (const text of lines) line.append($('<div>').text(text));
      }
    }
    again(PACE);
  };
  const again = (delay: number): void => {
    window.clearTimeout(timer);
    if (stands()) timer = window.setTimeout(() => void ask(), delay);
  };
  fold
    .closest('li')
    .add(fold)
    .on('input change toggle', () => again(PAUSE));
  // The row is not in the document yet.
  timer = window.setTimeout(() => void ask(), PAUSE);
}

async function trialLines(body: object): Promise<string[]> {
  try {
    const trial: ValueTrial = await $.ajax('mqtt-flows/value-trial', {
      method: 'POST',
      contentType: 'application/json',
      data: JSON.stringify(body),
    });
    return linesOf(trial);
  } catch {
    return [sharedText('value.untried')];
  }
}

function linesOf(trial: ValueTrial): string[] {
  switch (trial.kind) {
    case 'waiting':
      return [waitingText(trial.state.kind)];
    case 'invalid':
      return [errorSentence(trial.error, {}, sharedText)];
    case 'tried': {
      const { topic, at, result } = trial;
      const seen = sharedText('value.seen', { topic, time: new Date(at).toLocaleTimeString() });
      const shown = `${seen} ${result.payload}`;
      if (result.kind === 'value') return [shown, `msg.payload = ${result.value} (${result.type})`];
      return [shown, errorSentence(result.error, {}, sharedText), sharedText(`value.outcome.${result.outcome}`)];
    }
  }
}

function waitingText(state: BrokerStateReport['kind']): string {
  if (state === 'absent') return sharedText('value.notDeployed');
  return state === 'connected' ? sharedText('value.waiting') : sharedText('value.notConnected');
}
