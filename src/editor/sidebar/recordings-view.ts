// Recordings in files, below the health of the broker: what runs, and the list of the files. What is recorded goes on
// when nobody looks.

import { recordingNameFrom } from '../../core/recordings/recording-name';
import type { RecordingsReport, StoredRecording } from '../../core/recordings/recordings-protocol';
import { dateTimeText } from '../fields/local-text';
import { askFirst } from './ask-first';
import { notifyProblem } from './notify-problem';
import { placeInOrder } from './place-in-order';
import { openRecordDialog } from './record-dialog';
import { recordingRow, replayRow, sizeText } from './recording-rows';
import { askFile, askRecordings, deleteRecording, uploadRecording } from './recordings-requests';
import { openReplayDialog } from './replay-dialog';
import { saveFile } from './save-file';
import { button } from './small-button';
import { topicsText } from './topics-text';

/** ms between two looks while the section is open, and while it is closed. */
const OPEN = 1000;
const CLOSED = 5000;

export class RecordingsView {
  readonly element = $('<details>', { class: 'mqtt-flows-recordings' });
  readonly #summary = $('<summary>');
  readonly #running = $('<ul>', { class: 'mqtt-flows-subscriptions' });
  readonly #files = $('<ul>', { class: 'mqtt-flows-subscriptions' });
  readonly #hint = $('<div>', { class: 'mqtt-flows-facts' });
  readonly #mayWrite = RED.user.hasPermission('mqtt-flows.write');
  readonly #broker: () => string;
  /** What is shown, as text: rows keep the focus while nothing changes. */
  #shownFiles = '';
  /** The recording that is being uploaded, the last one if there are several; blank for none. */
  #uploading = '';
  #looking = false;
  #lookedAt = 0;

  /** `broker` is the one that is chosen in the tab. */
  constructor(broker: () => string) {
    this.#broker = broker;
    this.#summary.text(topicsText('recordings.title'));
    this.element.append(this.#summary, ...(this.#mayWrite ? [this.#buttons()] : []), this.#running);
    this.element.append(this.#files, this.#hint);
    this.element.on('toggle', () => void this.look());
    setInterval(() => {
      const pause = this.element.prop('open') === true ? OPEN : CLOSED;
      if (Date.now() - this.#lookedAt >= pause) void this.look();
    }, OPEN);
  }

  /** Shows what is now. */
  async look(): Promise<void> {
    if (this.#looking || document.hidden || !this.element.is(':visible')) return;
    this.#looking = true;
    this.#lookedAt = Date.now();
    try {
      this.#show(await askRecordings());
    } catch (error) {
      this.#hint.text(error instanceof Error ? error.message : '');
    } finally {
      this.#looking = false;
    }
  }

  #buttons(): JQuery {
    const file = $('<input>', { type: 'file', accept: '.jsonl,.ndjson,.json,.txt' }).hide();
    file.on('change', () => {
      const input = file[0];
      const [chosen] = input instanceof HTMLInputElement ? Array.from(input.files ?? []) : [];
      file.val('');
      if (chosen) void this.#upload(chosen);
    });
    const record = textButton('fa-circle', topicsText('recordings.record'), () => {
      void openRecordDialog(this.#broker(), () => void this.look());
    });
    record.addClass('mqtt-flows-record');
    const upload = textButton('fa-upload', topicsText('recordings.upload'), () => void file.trigger('click'));
    return $('<div>', { class: 'mqtt-flows-buttons' }).append(record, upload, file);
  }

  #show({ recordings, more, recording, replays }: RecordingsReport): void {
    const running = recording.filter(({ ended }) => ended === undefined).length;
    const playing = replays.filter(
      ({ state }) => state !== 'ended' && state !== 'stopped' && state !== 'failed',
    ).length;
    const counts = [topicsText('recordings.summary', { count: recordings.length })];
    if (running > 0) counts.push(topicsText('recordings.recording', { count: running }));
    if (playing > 0) counts.push(topicsText('recordings.replaying', { count: playing }));
    this.#summary.text(counts.join(' · ')).toggleClass('mqtt-flows-recording', running > 0);
    if (this.element.prop('open') !== true) return;
    const changed = (): void => void this.look();
    update(this.#running, [
      ...recording.map((one) => ({ id: one.id, row: recordingRow(one, this.#mayWrite, changed) })),
      ...replays.map((one) => ({ id: one.id, row: replayRow(one, this.#mayWrite, changed) })),
    ]);
    const inUse = new Set(recording.filter(({ ended }) => ended === undefined).map(({ name }) => name));
    this.#showFiles(recordings, inUse);
    const told = recordings.length === 0 ? topicsText('recordings.none') : more ? topicsText('recordings.more') : '';
    this.#hint.text(this.#uploading === '' ? told : topicsText('recordings.uploading', { name: this.#uploading }));
  }

  #showFiles(recordings: readonly StoredRecording[], inUse: ReadonlySet<string>): void {
    const stored = recordings.filter(({ name }) => !inUse.has(name));
    const shown = JSON.stringify(stored);
    if (shown === this.#shownFiles) return;
    this.#shownFiles = shown;
    this.#files.empty().append(...stored.map((one) => this.#fileRow(one)));
  }

  #fileRow({ name, bytes, changed }: StoredRecording): JQuery {
    const buttons = $('<span>');
    if (this.#mayWrite) {
      const replay = (): void => void openReplayDialog(name, this.#broker(), () => void this.look());
      buttons.append(button('fa-play', topicsText('recordings.replay', { name }), replay), ' ');
    }
    const download = (): void => void save(name).catch(notifyProblem);
    buttons.append(button('fa-download', topicsText('recordings.download', { name }), download));
    if (this.#mayWrite) {
      buttons.append(
        ' ',
        button('fa-trash-o', topicsText('recordings.delete', { name }), () => this.#askDelete(name)),
      );
    }
    const title = $('<bdi>', { class: 'mqtt-flows-client-name' }).text(name);
    const facts = `${sizeText(bytes)} · ${dateTimeText(changed)}`;
    return $('<li>').append(
      $('<div>', { class: 'mqtt-flows-line-of-facts' }).append($('<span>').append(title), buttons),
      $('<div>', { class: 'mqtt-flows-facts' }).text(facts),
    );
  }

  async #upload(file: File): Promise<void> {
    const wanted = recordingNameFrom(file.name.replace(/\.[^.]*$/, ''), topicsText('recordings.uploaded'));
    this.#uploading = wanted;
    void this.look();
    try {
      await uploadRecording(wanted, file);
    } catch (error) {
      notifyProblem(error);
    } finally {
      if (this.#uploading === wanted) this.#uploading = '';
    }
    await this.look();
  }

  #askDelete(name: string): void {
    const question = $('<p>').text(topicsText('recordings.askDelete', { name }));
    askFirst(question, topicsText('recordings.deleteIt'), async () => {
      try {
        await deleteRecording(name);
      } finally {
        await this.look();
      }
    });
  }
}

/** A button with its text beside the icon. */
function textButton(icon: string, text: string, pressed: () => void): JQuery {
  return button(icon, text, pressed).append(' ', $('<span>').text(text)).removeAttr('aria-label');
}

/**
 * Shows what rows say now, by their ids. A row whose buttons do the same as before keeps them: one may be being pressed, or
 * have the focus.
 */
function update(list: JQuery, rows: readonly { readonly id: string; readonly row: JQuery }[]): void {
  const before = new Map(
    list
      .children()
      .toArray()
      .map((item) => [item.getAttribute('data-id'), $(item)]),
  );
  const focusedId = list.find(':focus').closest('li').attr('data-id');
  const items = rows.flatMap(({ id, row }) => {
    const known = before.get(id);
    if (!known || actionsOf(known) !== actionsOf(row)) return row.attr('data-id', id).toArray();
    for (const part of ['.mqtt-flows-facts', '.mqtt-flows-problem']) known.find(part).text(row.find(part).text());
    known
      .find('i')
      .first()
      .attr('class', row.find('i').first().attr('class') ?? '');
    return known.toArray();
  });
  for (const element of list.toArray()) placeInOrder(element, items);
  if (focusedId === undefined || list.find(':focus').length > 0) return;
  list
    .children()
    .filter((_index, item) => item.getAttribute('data-id') === focusedId)
    .find('button')
    .first()
    .trigger('focus');
}

function actionsOf(row: JQuery): string {
  return row
    .find('[data-action]')
    .toArray()
    .map((button) => button.getAttribute('data-action'))
    .join(' ');
}

async function save(name: string): Promise<void> {
  saveFile(`${name}.jsonl`, await askFile(name));
}
