// The recordings that are running on this Node-RED, for those who look at none: one press shows what another has recorded.

import type { ShownRecording } from '../../core/sidebar/sidebar-protocol';
import { fieldsOf } from '../../core/values/plain-value';
import { keep, readKept } from './kept-locally';
import { nodeLabel } from './node-label';
import { shownTime } from './shown-time';
import { recordingInAddress } from './topics-page';
import { topicsText } from './topics-text';

/** The page keeps, over a reload, which recording it looked at. */
const KEPT = 'recording';

/** What a recording is of. */
export type RecordingChoice = Pick<ShownRecording, 'broker' | 'filter' | 'own' | 'bytes'>;

/** `viewer` is the id that this page has in it. */
export function keepRecording(recording: RecordingChoice, viewer: string): void {
  const { broker, filter, own } = recording;
  keep(KEPT, { broker, filter, own, viewer }, 'sessionStorage');
}

export function forgetRecording(): void {
  keep(KEPT, undefined, 'sessionStorage');
}

/** What this page looked at before it was loaded again, if it is still being recorded. */
export function recordingBefore(
  running: readonly ShownRecording[],
): { readonly recording: ShownRecording; readonly viewer: string } | undefined {
  const kept = readKept(KEPT, 'sessionStorage') ?? { ...recordingInAddress(), viewer: '' };
  const { broker, filter, own, viewer } = fieldsOf(kept);
  const recording = running.find((each) => each.broker === broker && each.filter === filter && each.own === own);
  return recording && typeof viewer === 'string' ? { recording, viewer } : undefined;
}

export class RunningRecordings {
  readonly element = $('<ul>', { class: 'mqtt-flows-running', 'aria-label': topicsText('running.label') }).hide();
  readonly #join: (recording: RecordingChoice) => void;

  constructor(join: (recording: RecordingChoice) => void) {
    this.#join = join;
  }

  show(recordings: readonly ShownRecording[]): void {
    // A recording of the flows' connection subscribes there, which a reader may not.
    const open = recordings.filter(({ own }) => own || RED.user.hasPermission('mqtt-flows.write'));
    this.element
      .empty()
      .toggle(open.length > 0)
      .append(open.map((each) => this.#entry(each)));
  }

  #entry(recording: ShownRecording): JQuery {
    const { broker, filter, since, topics, viewers } = recording;
    const text = topicsText('running.entry', { time: shownTime(since), topics, viewers });
    const join = $('<button>', { type: 'button', class: 'red-ui-button red-ui-button-small' });
    join.text(topicsText('running.join')).on('click', () => this.#join(recording));
    return $('<li>').append(
      $('<span>').append(
        $('<span>', { text: `${nodeLabel(broker)}: ` }),
        $('<code>', { text: filter }),
        $('<span>', { text: ` ${text}` }),
      ),
      join,
    );
  }
}
