// The lines of a filter's *Value* that show what it makes of the last message seen on the broker.

import { errorSentence } from '../../core/errors/error-sentence';
import { trialWait, type ValueTrial } from '../../core/reports/value-trial';
import { mayTry, showLiveLines } from '../fields/live-lines';
import { timeText } from '../fields/local-text';
import { sharedText } from '../fields/shared-text';

/** Adds the lines to `content`, and keeps them up to date while `fold` is open. `settingsOf` is asked each time. */
export function showValueTrial(content: JQuery, fold: JQuery, settingsOf: () => object): void {
  if (!mayTry()) return;
  showLiveLines(content, fold.closest('li').add(fold), {
    isOpen: () => fold.prop('open') === true,
    ask: () => trialLines(settingsOf()),
  }).addClass('mqtt-flows-value-trial');
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
      return [waitText(trialWait(trial.state))];
    case 'invalid':
      return [errorSentence(trial.error, {}, sharedText)];
    case 'tried': {
      const { topic, at, result } = trial;
      const seen = sharedText('value.seen', { topic, time: timeText(at) });
      const shown = `${seen} ${result.payload}`;
      if (result.kind === 'value') return [shown, `msg.payload = ${result.value} (${result.type})`];
      return [shown, errorSentence(result.error, {}, sharedText), sharedText(`value.outcome.${result.outcome}`)];
    }
  }
}

function waitText(wait: ReturnType<typeof trialWait>): string {
  switch (wait) {
    case 'notDeployed':
      return sharedText('value.notDeployed');
    case 'connecting':
      return sharedText('value.connecting');
    case 'notConnected':
      return sharedText('value.notConnected');
    case 'waiting':
      return sharedText('value.waiting');
  }
}
