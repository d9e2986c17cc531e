// The dialog that begins a recording to a file.

import { isRecordingName } from '../../core/recordings/recording-name';
import { RECORDING_RANGES } from '../../core/recordings/recordings-protocol';
import { oneAtATime } from '../fields/one-at-a-time';
import { topicFilterProblem } from '../fields/topic-filter-problem';
import { notifyProblem } from './notify-problem';
import { brokerSelect, field, openDialog, rangeProblem, tick } from './recording-form';
import { startRecording } from './recordings-requests';
import { topicsText } from './topics-text';

const MEGABYTE = 1_000_000;
const MINUTE = 60;

/** Opens it; `broker` is the one that is chosen at first, and `started` is called when it records. */
export const openRecordDialog = oneAtATime(prepareRecordDialog);

async function prepareRecordDialog(broker: string, started: () => void): Promise<void> {
  const brokers = await brokerSelect(broker).catch((error: unknown) => void notifyProblem(error));
  if (!brokers) return;
  const name = $('<input>', { type: 'text', value: nameOfNow(), spellcheck: false, maxlength: 60 });
  const filter = $('<input>', { type: 'text', value: '#', spellcheck: false });
  const [most, longest] = [Math.floor(RECORDING_RANGES.bytes[1] / MEGABYTE), RECORDING_RANGES.seconds[1] / MINUTE];
  const size = $('<input>', { type: 'number', value: 100, min: 1, max: most });
  const time = $('<input>', { type: 'number', value: 60, min: 1, max: longest });
  const own = tick(topicsText('toolbar.own'), true, topicsText('toolbar.ownTip'));
  openDialog({
    title: topicsText('recordings.recordTitle'),
    press: topicsText('recordings.recordIt'),
    content: [
      field(topicsText('recordings.name'), name, { problemOf: nameProblem }),
      field(topicsText('toolbar.broker'), brokers),
      field(topicsText('recordings.filter'), filter, { problemOf: filterProblem }),
      field(topicsText('recordings.most'), size, { unit: 'MB', problemOf: (text) => rangeProblem(text, 1, most) }),
      field(topicsText('recordings.longest'), time, {
        unit: topicsText('recordings.minutes'),
        problemOf: (text) => rangeProblem(text, 1, longest),
      }),
      own.row,
      $('<p>', { class: 'mqtt-flows-facts' }).text(topicsText('recordings.recordHint')),
    ],
    async go() {
      await startRecording({
        name: textIn(name),
        broker: String(brokers.val()),
        filter: textIn(filter),
        own: own.input.prop('checked') === true,
        bytes: Math.round(Number(size.val()) * MEGABYTE),
        seconds: Math.round(Number(time.val()) * MINUTE),
      });
      started();
      return undefined;
    },
  });
}

function textIn(input: JQuery): string {
  return String(input.val() ?? '').trim();
}

function nameProblem(text: string): string | undefined {
  return isRecordingName(text) ? undefined : topicsText('recordings.badName');
}

/** A member of a shared subscription would take messages away from the others. */
function filterProblem(text: string): string | undefined {
  return topicFilterProblem(text) ?? (text.startsWith('$share/') ? topicsText('toolbar.shared') : undefined);
}

/** Such as `2026-11-28 19.30.05`: it sorts by time, and is a name on every file system. */
function nameOfNow(): string {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '.');
}
