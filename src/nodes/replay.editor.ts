// The dialog of the replay node.

import { PAUSE_RANGE, readSpeed } from '../core/recordings/recordings-protocol';
import { isTopicPrefix } from '../core/recordings/topic-choice';
import { prepareBrokerField } from '../editor/fields/broker-field';
import { addFieldNote } from '../editor/fields/field-note';
import { FORMAT_PROPERTIES, prepareFormat, saveFormat } from '../editor/fields/format-fields';
import { addSavedRows, listed, readRows } from '../editor/fields/list-rows';
import { prepareMore, rowsIn, usualOf } from '../editor/fields/more';
import { sharedText } from '../editor/fields/shared-text';
import { topicFilterProblem } from '../editor/fields/topic-filter-problem';
import { fillMissing } from '../editor/fields/with-defaults';
import { addBranchRow, type BranchRow } from '../editor/replay/branch-row';
import { askRecordingNames } from '../editor/replay/recording-names';
import { namesVariables } from '../settings/environment-text';
import { type ReplayConfig, recordingProblem, replayDefaults, savedSpeed } from '../settings/replay.config';

const LIST = '#mqtt-flows-replay-branches';

function wrongRecording(text: string, type: ReplayConfig['recordingType']): string | undefined {
  if (namesVariables(text)) return undefined;
  return recordingProblem(text.trim(), type) ? sharedText('expected.recording') : undefined;
}

function wrongSpeed(value: unknown): string | undefined {
  if (namesVariables(String(value ?? '')) || readSpeed(savedSpeed(value)) !== undefined) return undefined;
  return sharedText('expected.speed');
}

function wrongPause(value: unknown): string | undefined {
  const text = String(value ?? '').trim();
  const [min, max] = PAUSE_RANGE;
  if (text === '' || namesVariables(text) || (Number(text) >= min && Number(text) <= max)) return undefined;
  return sharedText('expected.pause');
}

function wrongPrefix(text: string): string | undefined {
  return namesVariables(text) || isTopicPrefix(text.trim()) ? undefined : sharedText('expected.topic');
}

RED.nodes.registerType<ReplayConfig, object>('mqtt-flows-replay', {
  category: 'MQTT',
  color: '#d8bfd8',
  defaults: {
    name: { value: replayDefaults.name },
    recording: {
      value: replayDefaults.recording,
      validate(text, _options) {
        // The validator of one property does not know the types of the others.
        const { recordingType = 'recording' } = this as EditorNode & Partial<ReplayConfig>;
        return wrongRecording(text ?? '', recordingType) ?? true;
      },
    },
    recordingType: { value: replayDefaults.recordingType },
    to: { value: replayDefaults.to },
    broker: { value: replayDefaults.broker, type: 'mqtt-flows-broker', required: false },
    ...FORMAT_PROPERTIES,
    speed: { value: replayDefaults.speed, validate: (value, _options) => wrongSpeed(value) ?? true },
    longestPause: { value: replayDefaults.longestPause, validate: (value, _options) => wrongPause(value) ?? true },
    loop: { value: replayDefaults.loop },
    autoStart: { value: replayDefaults.autoStart },
    prefix: { value: replayDefaults.prefix, validate: (text, _options) => wrongPrefix(text ?? '') ?? true },
    branches: {
      value: replayDefaults.branches,
      validate: (branches, _options) =>
        listed(branches)
          .map((text) => topicFilterProblem(text))
          .find((problem) => problem !== undefined) ?? true,
    },
    retain: { value: replayDefaults.retain },
    outputs: { value: replayDefaults.outputs },
  },
  inputs: 1,
  outputs: replayDefaults.outputs,
  icon: 'mqtt-flows-replay.svg',
  paletteLabel() {
    return this._('label.node');
  },
  label() {
    return this.name || this.recording || this._('label.node');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('label.input');
  },
  oneditprepare() {
    // A speed that is missing is a blank one.
    fillMissing(this, { ...replayDefaults, speed: '' });
    prepareBrokerField(this.broker);
    prepareFormat(this, (name) => this._(`formats.${name}`));
    const recording = $('#node-input-recording');
    const type = $('#node-input-recordingType').val(this.recordingType || replayDefaults.recordingType);
    addFieldNote($('#mqtt-flows-recording-row'), recording, (text) => ({
      problem: wrongRecording(text, type.val() === 'file' ? 'file' : 'recording'),
    }));
    type.on('change', () => recording.trigger('change'));
    // Looked up now: another dialog may be open when the answer comes.
    const known = $('#mqtt-flows-recordings-known');
    void askRecordingNames().then((names) => {
      known.append(...names.map((value) => $('<option>', { value })));
    });
    const noted = (id: string, check: (text: string) => string | undefined): void => {
      const input = $(id);
      addFieldNote(input.closest('.form-row'), input, (text) => ({ problem: check(text) }));
    };
    noted('#node-input-speed', wrongSpeed);
    noted('#node-input-longestPause', wrongPause);
    noted('#node-input-prefix', wrongPrefix);
    const to = $('#node-input-to').val(this.to || replayDefaults.to);
    const showPlace = (): void => {
      $('#mqtt-flows-replay-broker').toggle(to.val() !== 'output');
      $('#mqtt-flows-replay-format').toggle(to.val() === 'output');
    };
    to.on('change', showPlace);
    showPlace();
    const list = $(LIST)
      .css({ minHeight: '80px' })
      .editableList<BranchRow>({
        addItem: (container, _index, row) => addBranchRow(container, row),
        // The summary of the fold counts the rows.
        removeItem: () => list.trigger('change'),
        removable: true,
        sortable: true,
      });
    addSavedRows<BranchRow>(
      list,
      listed(this.branches).map((filter) => ({ filter })),
    );
    const more = $('#mqtt-flows-replay-more');
    const usual = usualOf(replayDefaults, ['longestPause', 'prefix', 'retain']);
    const differs = prepareMore(more, usual, () => rowsIn(more, list, this._('field.branches')));
    if (differs) more.prop('open', true);
  },
  oneditsave() {
    saveFormat(this);
    this.branches = readRows<string>($(LIST)).filter((filter) => filter !== '');
    $('#node-input-outputs').val($('#node-input-to').val() === 'output' ? 1 : 0);
  },
});
