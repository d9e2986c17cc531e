// A row for each recording and each replay that runs, or is just over.

import { errorSentence } from '../../core/errors/error-sentence';
import { plainText } from '../../core/errors/plain-text';
import type { ReplayControl, RunningRecording, RunningReplay } from '../../core/recordings/recordings-protocol';
import { errorOf } from '../../core/reports/broker-state';
import { numberText } from '../fields/local-text';
import { sharedText } from '../fields/shared-text';
import { notifyProblem } from './notify-problem';
import { controlReplay, stopRecording } from './recordings-requests';
import { button } from './small-button';
import { topicsText } from './topics-text';

/** A number of bytes for people, such as 1.4 MB. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let unit = 0;
  let size = bytes;
  for (; size >= 1000 && unit < units.length - 1; size /= 1000) unit++;
  return `${numberText(size, unit === 0 || size >= 100 ? 0 : 1)} ${units[unit]}`;
}

/** A time in ms as hours, minutes and seconds. */
export function lengthText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** How fast a replay is. */
export function speedText(speed: number): string {
  return speed === 0 ? topicsText('recordings.fullSpeed') : `${numberText(speed)}×`;
}

export function recordingRow(recording: RunningRecording, mayWrite: boolean, changed: () => void): JQuery {
  const { id, name, messages, dropped, bytes, lasting, ended, detail, refused, state } = recording;
  const error = errorOf(state) ?? refused;
  const facts = [
    ended ? topicsText(`recordings.end.${ended}`) : topicsText('recordings.runs'),
    topicsText('recordings.messages', { count: messages }),
    sizeText(bytes),
    lengthText(lasting),
    dropped > 0 ? topicsText('summary.dropped', { count: dropped }) : '',
  ];
  const problems = [detail ?? ''];
  if (!ended && state.kind === 'absent') problems.push(topicsText('refused.brokerGone'));
  if (!ended && error) problems.push(errorSentence(error, { server: '', filter: recording.filter }, sharedText));
  const stop = action(ended ? 'fa-times' : 'fa-stop', ended ? 'dismiss' : 'stopRecording', name, () => {
    void stopRecording(id).catch(notifyProblem).then(changed);
  });
  return row(name, 'fa-circle', ended ? 'idle' : 'waiting', mayWrite ? [stop] : [], facts, problems);
}

export function replayRow(replay: RunningReplay, mayWrite: boolean, changed: () => void): JQuery {
  const { id, name, to, state, played, total, round, speed, failed, skipped, unheard, error } = replay;
  const over = state === 'ended' || state === 'stopped' || state === 'failed';
  const control = (asked: Pick<ReplayControl, 'action'>): void => {
    void controlReplay({ id, ...asked })
      .catch(notifyProblem)
      .then(changed);
  };
  const paused = state === 'paused';
  const buttons = over
    ? [action('fa-times', 'dismiss', name, () => control({ action: 'stop' }))]
    : [
        action(paused ? 'fa-play' : 'fa-pause', paused ? 'resume' : 'pause', name, () => {
          control({ action: paused ? 'resume' : 'pause' });
        }),
        ' ',
        action('fa-stop', 'stopReplay', name, () => control({ action: 'stop' })),
      ];
  const facts = [
    topicsText(`recordings.state.${state}`),
    `${played} / ${total ?? '…'}`,
    speedText(speed),
    to === 'flow' ? topicsText('recordings.intoFlow') : topicsText('recordings.toBroker'),
    round > 1 ? topicsText('recordings.round', { round }) : '',
    unheard > 0 ? topicsText('recordings.unheard', { count: unheard }) : '',
    failed > 0 ? topicsText('recordings.failed', { count: failed }) : '',
    skipped > 0 ? topicsText('recordings.skipped', { count: skipped }) : '',
  ];
  const problem = error ? errorSentence(error, { server: '' }, sharedText) : '';
  return row(name, 'fa-play', over ? 'idle' : 'connected', mayWrite ? buttons : [], facts, [problem]);
}

type Action = 'dismiss' | 'stopRecording' | 'stopReplay' | 'pause' | 'resume';

function action(icon: string, kind: Action, name: string, pressed: () => void): JQuery {
  return button(icon, topicsText(`recordings.action.${kind}`, { name }), pressed).attr('data-action', kind);
}

function row(
  name: string,
  icon: string,
  mark: 'idle' | 'waiting' | 'connected',
  buttons: readonly (JQuery | string)[],
  facts: readonly string[],
  problems: readonly string[],
): JQuery {
  const title = $('<span>').append(
    $('<i>', { class: `fa ${icon} mqtt-flows-mark-${mark}`, 'aria-hidden': 'true' }),
    ' ',
    $('<bdi>', { class: 'mqtt-flows-client-name' }).text(name),
  );
  const told = problems.filter((text) => text !== '').map((text) => plainText(text));
  return $('<li>').append(
    $('<div>', { class: 'mqtt-flows-line-of-facts' }).append(title, $('<span>').append(...buttons)),
    $('<div>', { class: 'mqtt-flows-facts' }).text(facts.filter((text) => text !== '').join(' · ')),
    $('<div>', { class: 'mqtt-flows-problem' }).text(told.join(' ')),
  );
}
