// The dialog of the topic state node.

import { parsePath } from '../core/values/template';
import { prepareBrokerField } from '../editor/fields/broker-field';
import { addFieldNote } from '../editor/fields/field-note';
import { enteredFormat, FORMAT_PROPERTIES, prepareFormat, saveFormat } from '../editor/fields/format-fields';
import { fitListHeight } from '../editor/fields/list-height';
import { addSavedRows, listed, readRows } from '../editor/fields/list-rows';
import { numberProblem, prepareNumber, readNumber } from '../editor/fields/number-field';
import { contextKeyProblem } from '../editor/fields/property-problem';
import { sharedText } from '../editor/fields/shared-text';
import { nameTypedInput } from '../editor/fields/typed-input-name';
import { BYTES, MILLISECONDS, SECONDS, type Units } from '../editor/fields/unit';
import { fillMissing } from '../editor/fields/with-defaults';
import { addStateRow, silenceProblem } from '../editor/state/state-row';
import { addStateTable } from '../editor/state/state-table';
import { rowFilterProblem } from '../editor/subscribe/row-filter-problem';
import { valueProblem } from '../editor/subscribe/value-fields';
import { namesVariables, type SavedNumber } from '../settings/environment-text';
import { STATE_RANGES, type StateConfig, type StateRowConfig, stateDefaults } from '../settings/state.config';
import type { SubscriptionConfig } from '../settings/subscribe.config';

const LIST = '#mqtt-flows-state-rows';

const NUMBERS = {
  timeout: MILLISECONDS,
  pace: MILLISECONDS,
  maxTopics: undefined,
  maxBytes: BYTES,
  maxUnused: SECONDS,
};
type NumberName = keyof typeof NUMBERS;
const NUMBER_NAMES = Object.keys(NUMBERS) as NumberName[];

function problemOf(name: NumberName, value: unknown): string | undefined {
  const units: Units | undefined = NUMBERS[name];
  return numberProblem(value, STATE_RANGES[name], units);
}

function numberProperty(name: NumberName): EditorProperty<SavedNumber> {
  return { value: stateDefaults[name], validate: (value, _options) => problemOf(name, value) ?? true };
}

function deadbandProblem(value: unknown): string | undefined {
  const text = String(value ?? '').trim();
  if (text === '' || namesVariables(text) || Number(text) >= 0) return undefined;
  return sharedText('expected.notNegative');
}

function changeProblem(text: string, type: string): string | undefined {
  if (text.trim() === '' || type === 'jsonata') return undefined;
  return parsePath(text.trim()) ? undefined : sharedText('expected.path');
}

RED.nodes.registerType<StateConfig, object>('mqtt-flows-state', {
  category: 'MQTT',
  color: '#d8bfd8',
  defaults: {
    name: { value: stateDefaults.name },
    broker: { value: stateDefaults.broker, type: 'mqtt-flows-broker', required: false },
    subscriptions: {
      value: stateDefaults.subscriptions,
      validate(rows, _options) {
        for (const row of listed(rows)) {
          const problem = rowFilterProblem(row) ?? silenceProblem(row) ?? valueProblem(row.value);
          if (problem !== undefined) return problem;
        }
        return true;
      },
    },
    ...FORMAT_PROPERTIES,
    input: { value: stateDefaults.input },
    answer: { value: stateDefaults.answer },
    timeout: numberProperty('timeout'),
    unknown: { value: stateDefaults.unknown },
    change: {
      value: stateDefaults.change,
      validate(text, _options) {
        // The validator of one property does not know the types of the others.
        const { changeType = stateDefaults.changeType } = this as EditorNode & Partial<StateConfig>;
        return changeProblem(text ?? '', changeType) ?? true;
      },
    },
    changeType: { value: stateDefaults.changeType },
    deadband: { value: stateDefaults.deadband, validate: (value, _options) => deadbandProblem(value) ?? true },
    deadbandType: { value: stateDefaults.deadbandType },
    first: { value: stateDefaults.first },
    firstRetained: { value: stateDefaults.firstRetained },
    pace: numberProperty('pace'),
    keep: {
      value: stateDefaults.keep,
      validate(key, _options) {
        const { keepType = stateDefaults.keepType } = this as EditorNode & Partial<StateConfig>;
        return contextKeyProblem(key, keepType) ?? true;
      },
    },
    keepType: { value: stateDefaults.keepType },
    maxTopics: numberProperty('maxTopics'),
    maxBytes: numberProperty('maxBytes'),
    maxUnused: numberProperty('maxUnused'),
    outputs: { value: stateDefaults.outputs },
  },
  inputs: 1,
  outputs: stateDefaults.outputs,
  icon: 'mqtt-flows-state.svg',
  paletteLabel() {
    return this._('label.node');
  },
  label() {
    return this.name || this._('label.node');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this.input === 'value' ? this._('label.values') : this._('label.questions');
  },
  outputLabels(index) {
    return [this._('label.changes'), this._('label.silence'), this._('label.answers'), this._('label.unknown')][index];
  },
  oneditprepare() {
    fillMissing(this, stateDefaults);
    const formatLabel = (name: string): string => this._(`formats.${name}`);
    prepareBrokerField(this.broker);
    prepareFormat(this, formatLabel);
    prepareChanges(this);
    for (const name of NUMBER_NAMES) {
      prepareNumber(name, this[name], {
        problem: (value) => problemOf(name, value),
        units: NUMBERS[name],
        zeroIsBlank: stateDefaults[name] === 0,
      });
    }
    const notKept = { value: 'none', label: this._('keepType.none'), hasValue: false };
    const keep = $('#node-input-keep').typedInput({
      types: [notKept, 'flow', 'global'],
      typeField: $('#node-input-keepType'),
      default: stateDefaults.keepType,
    });
    keep.typedInput('type', this.keepType || stateDefaults.keepType);
    nameTypedInput($('#mqtt-flows-state-keep'), keep);
    const rowContext = {
      formatLabel,
      trialOf: (row: SubscriptionConfig) => ({
        broker: String($('#node-input-broker').val() ?? ''),
        node: this.id,
        settings: { ...enteredFormat(), subscriptions: [row] },
      }),
    };
    const list = $(LIST)
      .css({ minHeight: '120px' })
      .editableList<Partial<StateRowConfig>>({
        addItem: (container, _index, row) => addStateRow(container, row, rowContext),
        removable: true,
        sortable: true,
      });
    addSavedRows(list, listed(this.subscriptions));
    addStateTable($('#mqtt-flows-state-known'), this.id);
  },
  oneditsave() {
    saveFormat(this);
    this.subscriptions = readRows<StateRowConfig>($(LIST));
    for (const name of NUMBER_NAMES) this[name] = readNumber(name);
    $('#node-input-outputs').val($('#node-input-unknown').val() === 'output' ? 4 : 3);
  },
  oneditresize({ height }) {
    fitListHeight($(LIST), height);
  },
});

function prepareChanges(saved: StateConfig): void {
  const row = $('#mqtt-flows-state-change');
  const change = $('#node-input-change').typedInput({
    types: ['msg', 'jsonata'],
    typeField: $('#node-input-changeType'),
    default: stateDefaults.changeType,
  });
  change.typedInput('type', saved.changeType || stateDefaults.changeType);
  change.typedInput('value', saved.change || stateDefaults.change);
  nameTypedInput(row, change);
  addFieldNote(row, change, (text) => ({ problem: changeProblem(text, String($('#node-input-changeType').val())) }));
  const deadband = $('#node-input-deadband');
  addFieldNote(deadband.closest('.form-row'), deadband, (text) => ({ problem: deadbandProblem(text) }));
}
