// The dialog of the subscribe node.

import { addFieldNote } from '../editor/field-note';
import { fillFormatSelect } from '../editor/format-select';
import { fitListHeight } from '../editor/list-height';
import { keepReader, listed, readRows } from '../editor/list-rows';
import { numberProblem } from '../editor/number-field';
import { sharedText } from '../editor/shared-text';
import { offerTopics } from '../editor/topic-completion';
import { topicFilterNote, topicFilterProblem } from '../editor/topic-filter-problem';
import {
  SUBSCRIBE_RANGES,
  type SubscribeConfig,
  type SubscriptionConfig,
  subscribeDefaults,
  subscriptionDefaults,
} from './subscribe.config';

const LIST = '#mqtt-flows-subscriptions';

function addRow(container: JQuery, row: Partial<SubscriptionConfig>): void {
  const saved: SubscriptionConfig = { ...subscriptionDefaults, ...row };
  const line = $('<div>').css({ display: 'flex', gap: '6px', alignItems: 'baseline' }).appendTo(container);
  const filter = $('<input>', {
    type: 'text',
    placeholder: sharedText('fields.filterExample'),
    'aria-label': sharedText('fields.filter'),
    spellcheck: false,
  })
    .css({ flex: '1 1 auto', width: 'auto', minWidth: '60px' })
    .val(saved.filter)
    .appendTo(line);
  const qos = $('<select>', { 'aria-label': 'QoS', title: 'QoS' })
    .css({ flex: '0 0 auto', width: 'auto' })
    .appendTo(line);
  for (const level of [0, 1, 2]) qos.append($('<option>', { value: level }).text(`QoS ${level}`));
  qos.val(String(saved.qos));
  addFieldNote(container, filter, topicFilterNote);
  offerTopics(filter);
  keepReader<SubscriptionConfig>(container, () => ({
    ...saved,
    filter: String(filter.val()).trim(),
    qos: Number(qos.val()) as SubscriptionConfig['qos'],
  }));
}

RED.nodes.registerType<SubscribeConfig, object>('mqtt-flows-subscribe', {
  category: 'MQTT',
  color: '#d8bfd8',
  defaults: {
    name: { value: subscribeDefaults.name },
    broker: { value: subscribeDefaults.broker, type: 'mqtt-flows-broker', required: true },
    subscriptions: {
      value: subscribeDefaults.subscriptions,
      validate(subscriptions, _options) {
        if (listed(subscriptions).length === 0) return sharedText('topicFilter.empty');
        for (const { filter } of listed(subscriptions)) {
          const problem = topicFilterProblem(filter);
          if (problem !== undefined) return problem;
        }
        return true;
      },
    },
    format: { value: subscribeDefaults.format },
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
  },
  inputs: subscribeDefaults.inputs,
  outputs: 1,
  icon: 'mqtt-flows-subscribe.svg',
  paletteLabel: 'subscribe',
  label() {
    return (
      this.name ||
      listed(this.subscriptions)
        .map(({ filter }) => filter)
        .join(', ') ||
      'subscribe'
    );
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    fillFormatSelect($('#node-input-format'), this.format || subscribeDefaults.format, (name) =>
      this._(`formats.${name}`),
    );
    const acknowledge = $('#node-input-acknowledge').val(this.acknowledge || subscribeDefaults.acknowledge);
    const held = $('#mqtt-flows-subscribe-held');
    acknowledge.on('change', () => held.toggle(acknowledge.val() !== 'receipt'));
    acknowledge.trigger('change');
    const takesMessages = $('#mqtt-flows-subscribe-control').prop('checked', this.inputs === 1);
    takesMessages.on('change', () => $('#node-input-inputs').val(takesMessages.prop('checked') === true ? 1 : 0));
    const list = $(LIST)
      .css({ minHeight: '120px' })
      .editableList<Partial<SubscriptionConfig>>({
        addItem: (container, _index, row) => addRow(container, row),
        removable: true,
        sortable: true,
      });
    for (const subscription of listed(this.subscriptions)) list.editableList('addItem', subscription);
  },
  oneditsave() {
    this.subscriptions = readRows<SubscriptionConfig>($(LIST));
  },
  oneditresize({ height }) {
    fitListHeight($(LIST), height);
  },
});
