// The dialog of the publish node.

import { prepareBrokerField } from '../editor/fields/broker-field';
import { entered, isEdited } from '../editor/fields/entered';
import { FORMAT_PROPERTIES, prepareFormat, saveFormat } from '../editor/fields/format-fields';
import { prepareMore, usualOf } from '../editor/fields/more';
import { readNumber } from '../editor/fields/number-field';
import { choiceProblem, prepareChoice } from '../editor/publish/choice-field';
import { followBrokerVersion } from '../editor/publish/mqtt5-properties';
import {
  enteredOwnSending,
  intervalProblem,
  ownPayloadProblem,
  ownTopicProblem,
  prepareOwnSending,
} from '../editor/publish/own-sending';
import { type EnteredPayload, payloadProblem, preparePayload } from '../editor/publish/payload-field';
import { hasProperties, preparePropertyFields, propertiesProblem } from '../editor/publish/property-fields';
import { fixedTopic, prepareTopicField, topicProblem, trimTopic } from '../editor/publish/topic-field';
import {
  type PropertiesConfig,
  type PublishConfig,
  publishDefaults,
  shownTopicType,
  VALUE_TYPES,
} from '../settings/publish.config';

type Saved = EditorNode & PublishConfig;

let readPayload: () => EnteredPayload = () => publishDefaults;
let readProperties: () => PropertiesConfig = () => publishDefaults.properties;

RED.nodes.registerType<PublishConfig, object>('mqtt-flows-publish', {
  category: 'MQTT',
  color: '#d8bfd8',
  defaults: {
    name: { value: publishDefaults.name },
    broker: { value: publishDefaults.broker, type: 'mqtt-flows-broker', required: true },
    topic: {
      value: publishDefaults.topic,
      validate(topic, _options) {
        const node = this as Saved;
        const type = entered(node, 'topicType') ?? shownTopicType(topic);
        const value = topic ?? publishDefaults.topic;
        const own = isEdited(this) ? enteredOwnSending() : node;
        return topicProblem({ value, type }) ?? ownTopicProblem(own, value, type) ?? true;
      },
    },
    topicType: { value: publishDefaults.topicType },
    payload: {
      value: publishDefaults.payload,
      validate(payload, _options) {
        const node = this as EditorNode & Partial<PublishConfig>;
        const { payloadType = publishDefaults.payloadType, retain } = node;
        const text = String(payload ?? '');
        const problem = payloadProblem({ payload: text, payloadType });
        return problem ?? ownPayloadProblem(node, text, payloadType, retain) ?? true;
      },
    },
    payloadType: { value: publishDefaults.payloadType },
    qos: {
      value: publishDefaults.qos,
      validate(qos, _options) {
        const type = entered(this as Saved, 'qosType') ?? publishDefaults.qosType;
        return choiceProblem('qos', { value: String(qos ?? ''), type }) ?? true;
      },
    },
    qosType: { value: publishDefaults.qosType },
    retain: {
      value: publishDefaults.retain,
      validate(retain, _options) {
        const type = entered(this as Saved, 'retainType') ?? publishDefaults.retainType;
        return choiceProblem('retain', { value: String(retain ?? ''), type }) ?? true;
      },
    },
    retainType: { value: publishDefaults.retainType },
    ...FORMAT_PROPERTIES,
    properties: {
      value: publishDefaults.properties,
      validate: (properties, _options) => propertiesProblem(properties) ?? true,
    },
    describePayload: { value: publishDefaults.describePayload },
    completeOn: { value: publishDefaults.completeOn },
    whileOffline: { value: publishDefaults.whileOffline },
    atConnection: { value: publishDefaults.atConnection },
    interval: { value: publishDefaults.interval, validate: (value, _options) => intervalProblem(value) ?? true },
  },
  inputs: 1,
  outputs: 1,
  icon: 'mqtt-flows-publish.svg',
  align: 'right',
  paletteLabel() {
    return this._('label.node');
  },
  label() {
    if (this.topicType === 'reply') return this.name || this._('label.reply');
    return this.name || fixedTopic(this) || this._('label.node');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    prepareFormat(this, (name) => this._(`formats.${name}`));
    // Older flows lack these settings.
    for (const name of ['completeOn', 'whileOffline'] as const) {
      $(`#node-input-${name}`).val(this[name] ?? publishDefaults[name]);
    }
    if (!this.topicType) $('#node-input-topicType').val(shownTopicType(this.topic));
    prepareBrokerField(this.broker);
    prepareTopicField(VALUE_TYPES.topic);
    readPayload = preparePayload(this);
    prepareChoice('qos', (value) => this._(`qos.${value || 'message'}`));
    prepareChoice('retain', (value) => this._(`retain.${value || 'message'}`));
    prepareOwnSending(this);
    const usual = usualOf(publishDefaults, ['completeOn', 'whileOffline', 'atConnection']);
    prepareMore($('#mqtt-flows-publish-more'), { ...usual, 'mqtt-flows-interval': publishDefaults.interval });
    readProperties = preparePropertyFields(this.properties);
    followBrokerVersion(hasProperties(this.properties) || this.describePayload === true);
  },
  oneditsave() {
    trimTopic();
    this.properties = readProperties();
    saveFormat(this);
    const { payload, payloadType } = readPayload();
    const interval = readNumber('interval');
    // Older flows have none of them; looking at them is no change.
    if (interval !== (this.interval ?? publishDefaults.interval)) this.interval = interval;
    if (payload !== (this.payload ?? publishDefaults.payload)) this.payload = payload;
    if (payloadType !== (this.payloadType ?? publishDefaults.payloadType)) this.payloadType = payloadType;
  },
});
