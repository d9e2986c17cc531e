// The dialog of the subscribe node.

import { outputMap } from '../core/routes/output-map';
import { outputsAfter, outputsBefore } from '../core/routes/subscribe-outputs';
import { prepareBrokerField } from '../editor/fields/broker-field';
import { addFieldNote } from '../editor/fields/field-note';
import { enteredFormat, FORMAT_PROPERTIES, prepareFormat, rowsUse, saveFormat } from '../editor/fields/format-fields';
import { fitListHeight } from '../editor/fields/list-height';
import { addSavedRows, listed, readRows } from '../editor/fields/list-rows';
import { prepareMore, usualOf } from '../editor/fields/more';
import { numberProblem } from '../editor/fields/number-field';
import { sharedText } from '../editor/fields/shared-text';
import { addJsonNote } from '../editor/subscribe/json-note';
import { rowFilterProblem } from '../editor/subscribe/row-filter-problem';
import { addSubscriptionRow, type RowValue, type SavedRow } from '../editor/subscribe/subscription-row';
import { valueProblem } from '../editor/subscribe/value-fields';
import {
  SUBSCRIBE_RANGES,
  type SubscribeConfig,
  type SubscriptionConfig,
  subscribeDefaults,
} from '../settings/subscribe.config';

const LIST = '#mqtt-flows-subscriptions';
/** The settings that are rarely needed. */
const FOLDED = [
  'largeIntegers',
  'undecodable',
  'requestRebirth',
  'retained',
  'retainedAgain',
  'acknowledge',
  'maxInFlight',
  'acknowledgeTimeout',
  'onError',
  'requestsOnly',
  'receivedAt',
  'outputEach',
  'keepSubscriptions',
] as const;
/** The formats that can hold whole numbers which a JavaScript number cannot. */
const HOLDS_LARGE_INTEGERS = new Set(['json', 'cbor', 'messagepack', 'protobuf', 'sparkplug']);

RED.nodes.registerType<SubscribeConfig, object>('mqtt-flows-subscribe', {
  category: 'MQTT',
  color: '#d8bfd8',
  defaults: {
    name: { value: subscribeDefaults.name },
    broker: { value: subscribeDefaults.broker, type: 'mqtt-flows-broker', required: true },
    subscriptions: {
      value: subscribeDefaults.subscriptions,
      validate(subscriptions, _options) {
        if (listed(subscriptions).length === 0 && !('inputs' in this && this.inputs === 1))
          return sharedText('topicFilter.empty');
        for (const row of listed(subscriptions)) {
          const problem = rowFilterProblem(row);
          if (problem !== undefined) return problem;
        }
        return (
          listed(subscriptions)
            .map(({ value }) => valueProblem(value))
            .find((problem) => problem !== undefined) ?? true
        );
      },
    },
    ...FORMAT_PROPERTIES,
    largeIntegers: { value: subscribeDefaults.largeIntegers },
    undecodable: { value: subscribeDefaults.undecodable },
    requestRebirth: { value: subscribeDefaults.requestRebirth },
    retained: { value: subscribeDefaults.retained },
    retainedAgain: { value: subscribeDefaults.retainedAgain },
    requestsOnly: { value: subscribeDefaults.requestsOnly },
    outputEach: { value: subscribeDefaults.outputEach },
    outputs: { value: subscribeDefaults.outputs },
    receivedAt: { value: subscribeDefaults.receivedAt },
    acknowledge: { value: subscribeDefaults.acknowledge },
    maxInFlight: {
      value: subscribeDefaults.maxInFlight,
      validate: (value, _options) => numberProblem(value, SUBSCRIBE_RANGES.maxInFlight) ?? true,
    },
    acknowledgeTimeout: {
      value: subscribeDefaults.acknowledgeTimeout,
      validate: (value, _options) => numberProblem(value, SUBSCRIBE_RANGES.acknowledgeTimeout) ?? true,
    },
    onError: { value: subscribeDefaults.onError },
    inputs: { value: subscribeDefaults.inputs },
    keepSubscriptions: { value: subscribeDefaults.keepSubscriptions },
  },
  inputs: subscribeDefaults.inputs,
  outputs: subscribeDefaults.outputs,
  icon: 'mqtt-flows-subscribe.svg',
  paletteLabel() {
    return this._('label.node');
  },
  label() {
    return (
      this.name ||
      listed(this.subscriptions)
        .map(({ filter }) => filter)
        .join(', ') ||
      this._('label.node')
    );
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  outputLabels(index) {
    if (this.outputEach !== true) return undefined;
    return listed(this.subscriptions)[index]?.filter ?? this._('label.messages');
  },
  oneditprepare() {
    prepareBrokerField(this.broker);
    const formatLabel = (name: string): string => this._(`formats.${name}`);
    prepareFormat(this, formatLabel);
    const format = $('#node-input-format');
    addJsonNote(format.closest('.form-row'), format, this.id);
    const integers = $('#mqtt-flows-subscribe-integers');
    const rebirth = $('#mqtt-flows-subscribe-rebirth');
    const showRebirth = (): void => void rebirth.toggle(format.val() === 'sparkplug' || rowsUse('sparkplug'));
    format.on('change', () => integers.toggle(HOLDS_LARGE_INTEGERS.has(String(format.val()))));
    format.on('change', showRebirth).trigger('change');
    $('#dialog-form').on('change', 'select.mqtt-flows-row-format', showRebirth);
    $('#node-input-largeIntegers').val(this.largeIntegers || subscribeDefaults.largeIntegers);
    const acknowledge = $('#node-input-acknowledge').val(this.acknowledge || subscribeDefaults.acknowledge);
    const held = $('#mqtt-flows-subscribe-held');
    acknowledge.on('change', () => held.toggle(acknowledge.val() !== 'receipt'));
    acknowledge.trigger('change');
    noteNumbers(this._('hint.neverFails'));
    const takesMessages = $('#mqtt-flows-subscribe-control').prop('checked', this.inputs === 1);
    const keep = $('#mqtt-flows-subscribe-keep');
    takesMessages.on('change', () => {
      const checked = takesMessages.prop('checked') === true;
      $('#node-input-inputs').val(checked ? 1 : 0);
      keep.toggle(checked);
    });
    keep.toggle(this.inputs === 1);
    // Older flows have neither.
    $('#node-input-undecodable').val(this.undecodable || subscribeDefaults.undecodable);
    const retained = $('#node-input-retained').val(this.retained || subscribeDefaults.retained);
    const again = $('#mqtt-flows-subscribe-again');
    retained.on('change', () => again.toggle(retained.val() !== 'ignore'));
    retained.trigger('change');
    const rowContext = {
      formatLabel,
      trialOf: (row: SubscriptionConfig) => ({
        broker: String($('#node-input-broker').val() ?? ''),
        node: this.id,
        settings: { ...enteredFormat(), largeIntegers: $('#node-input-largeIntegers').val(), subscriptions: [row] },
      }),
    };
    const list = $(LIST)
      .css({ minHeight: '120px' })
      .editableList<SavedRow>({
        addItem: (container, _index, row) => addSubscriptionRow(container, row, rowContext),
        removable: true,
        sortable: true,
      });
    const rows = listed(this.subscriptions).map((row, output) => ({ ...row, output }));
    addSavedRows<SavedRow>(list, rows);
    focusBlankFilter(list);
    showRebirth();
    prepareMore($('#mqtt-flows-subscribe-more'), {
      ...usualOf(subscribeDefaults, FOLDED),
      'mqtt-flows-subscribe-control': false,
    });
  },
  oneditsave() {
    saveFormat(this);
    // A row that was left blank is none.
    const rows = readRows<RowValue>($(LIST)).filter(({ filter }) => filter !== '');
    const isChecked = (selector: string): boolean => $(selector).prop('checked') === true;
    const saved = { each: this.outputEach === true, messages: this.inputs === 1 };
    const before = outputsBefore(listed(this.subscriptions).length, saved);
    const chosen = {
      each: isChecked('#node-input-outputEach'),
      messages: isChecked('#mqtt-flows-subscribe-control'),
    };
    const places = rows.map(({ output }) => output);
    const after = outputsAfter(places, chosen, before);
    $('#node-input-outputs').val(outputMap(before, after));
    this.subscriptions = rows.map(({ output: _output, ...row }) => row);
  },
  oneditresize({ height }) {
    fitListHeight($(LIST), height);
  },
});

/** Says at the numbers what is wrong with them, and what 0 does where that is no number of anything. */
function noteNumbers(never: string): void {
  for (const name of ['maxInFlight', 'acknowledgeTimeout'] as const) {
    const input = $(`#node-input-${name}`);
    addFieldNote(input.closest('.form-row'), input, (text) => ({
      problem: numberProblem(text, SUBSCRIBE_RANGES[name]),
      hint: name === 'acknowledgeTimeout' && text.trim() === '0' ? never : undefined,
    }));
  }
}

/** The filter is what everybody has to type, so that a new node waits for it. */
function focusBlankFilter(list: JQuery): void {
  const filter = list.find('input[type=text]').first();
  // Node-RED focuses the first field of a dialog when it has opened.
  if (filter.val() === '') filter.closest('.red-ui-tray').one('focusin', () => void filter.trigger('focus'));
}
