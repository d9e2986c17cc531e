// The dialog that begins a recording to a file.

import { isRecordingName } from '../../core/recordings/recording-name';
import { RECORDING_RANGES } from '../../core/recordings/recordings-protocol';
import { topicFilterProblem } from '../fields/topic-filter-problem';
import { notifyProblem } from './notify-problem';
import { brokerSelect, field, openDialog, tick } from './recording-form';
import { startRecording } from './recordings-requests';
import { topicsText } from './topics-text';

const MEGABYTE = 1_000_000;
const MINUTE = 60;

/** Opens it; `broker` is the one that is chosen at first, and `started` is called when it records. */
export async function openRecordDialog(broker: string, started: () => void): Promise<void> {
  const brokers = await brokerSelect(broker).catch((error: unknown) => void notifyProblem(error));
  if (!brokers) return;
  const name = $('<input>', { type: 'text', value: nameOfNow(), spellcheck: false, maxlength: 60 });
  const filter = $('<input>', { type: 'text', value: '#', spellcheck: false });
  const size = $('<input>', {
    type: 'number',
    value: 100,
    min: 1,
    max: Math.floor(RECORDING_RANGES.bytes[1] / MEGABYTE),
  });
  const time = $('<input>', { type: 'number', value: 60, min: 1, max: RECORDING_RANGES.seconds[1] / MINUTE });
  const own = tick(topicsText('toolbar.own'), true, topicsText('toolbar.ownTip'));
  openDialog({
    title: topicsText('recordings.recordTitle'),
    press: topicsText('recordings.recordIt'),
    content: [
      field(topicsText('recordings.name'), name),
      field(topicsText('toolbar.broker'), brokers),
      field(topicsText('recordings.filter'), filter),
      field(topicsText('recordings.most'), size, ' MB'),
      field(topicsText('recordings.longest'), time, ` ${topicsText('recordings.minutes')}`),
      own.row,
      $('<p>', { class: 'mqtt-flows-facts' }).text(topicsText('recordings.recordHint')),
    ],
    async go() {
      const chosen = String(name.val() ?? '').trim();
      const topics = String(filter.val() ?? '').trim();
      if (!isRecordingName(chosen)) return topicsText('recordings.badName');
      const wrong = topicFilterProblem(topics);
      if (wrong !== undefined) return wrong;
      if (topics.startsWith('$share/')) return topicsText('toolbar.shared');
      await startRecording({
        name: chosen,
        broker: String(brokers.val()),
        filter: topics,
        own: own.input.prop('checked') === true,
        bytes: Math.round(Number(size.val()) * MEGABYTE),
        seconds: Math.round(Number(time.val()) * MINUTE),
      });
      started();
      return undefined;
    },
  });
}

/** Such as `2026-11-28 19.30.05`: it sorts by time, and is a name on every file system. */
function nameOfNow(): string {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '.');
}
