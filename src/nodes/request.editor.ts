// The dialog of the request node.

import { topicNameProblem } from '../core/topics/topic-name';
import { prepareBrokerField } from '../editor/fields/broker-field';
import { entered } from '../editor/fields/entered';
import { addFieldNote } from '../editor/fields/field-note';
import { FORMAT_PROPERTIES, prepareFormat, saveFormat } from '../editor/fields/format-fields';
import { fillFormatSelect } from '../editor/fields/format-select';
import { prepareMore, usualOf } from '../editor/fields/more';
import { numberProblem } from '../editor/fields/number-field';
import { sharedText } from '../editor/fields/shared-text';
import { fixedTopicHint } from '../editor/fields/topic-hint';
import { trimPasted } from '../editor/fields/trim-pasted';
import { fillMissing } from '../editor/fields/with-defaults';
import { choiceProblem, prepareChoice } from '../editor/publish/choice-field';
import { brokerMaySpeakMqtt5, followBrokerVersion } from '../editor/publish/mqtt5-properties';
import { type EnteredPayload, payloadProblem, preparePayload } from '../editor/publish/payload-field';
import { hasProperties, preparePropertyFields, propertiesProblem } from '../editor/publish/property-fields';
import { fixedTopic, prepareTopicField, topicProblem, trimTopic } from '../editor/publish/topic-field';
import { typedValueProblem } from '../editor/publish/typed-value-problem';
import { prepareDeviceFields, responseTopicProblem } from '../editor/request/device-fields';
import { namesVariables } from '../settings/environment-text';
import { type PropertiesConfig, shownTopicType } from '../settings/publish.config';
import { REQUEST_RANGES, REQUEST_TOPIC_TYPES, type RequestConfig, requestDefaults } from '../settings/request.config';

type Saved = EditorNode & Partial<RequestConfig>;
type NumberName = keyof typeof REQUEST_RANGES;

/** The properties that a user may set; where to answer is the node's. */
const PROPERTIES = ['contentType', 'payloadFormatIndicator', 'messageExpiryInterval'] as const;

/** The settings that are rarely needed. */
const FOLDED = ['atATime', 'maxWaiting', 'minReplies', 'responsePrefix', 'replyFormat', 'whileOffline'] as const;

let readPayload: () => EnteredPayload = () => requestDefaults;
let readProperties: () => PropertiesConfig = () => requestDefaults.properties;

function number(name: NumberName): EditorProperty<RequestConfig[NumberName]> {
  return {
    value: requestDefaults[name],
    validate: (value, _options) => numberProblem(value, REQUEST_RANGES[name]) ?? true,
  };
}

function prefixProblem(prefix: string): string | undefined {
  const problem = prefix.trim() === '' || namesVariables(prefix) ? undefined : topicNameProblem(prefix.trim());
  return problem && sharedText(`topicName.${problem}`);
}

RED.nodes.registerType<RequestConfig, object>('mqtt-flows-request', {
  category: 'MQTT',
  color: '#d8bfd8',
  defaults: {
    name: { value: requestDefaults.name },
    broker: { value: requestDefaults.broker, type: 'mqtt-flows-broker', required: true },
    topic: {
      value: requestDefaults.topic,
      validate(topic, _options) {
        const type = entered(this as Saved, 'topicType') ?? shownTopicType(topic);
        return topicProblem({ value: topic ?? requestDefaults.topic, type }) ?? true;
      },
    },
    topicType: { value: requestDefaults.topicType },
    payload: {
      value: requestDefaults.payload,
      validate(payload, _options) {
        const { payloadType = requestDefaults.payloadType } = this as Saved;
        return payloadProblem({ payload: String(payload ?? ''), payloadType }) ?? true;
      },
    },
    payloadType: { value: requestDefaults.payloadType },
    qos: {
      value: requestDefaults.qos,
      validate(qos, _options) {
        const type = entered(this as Saved, 'qosType') ?? requestDefaults.qosType;
        return choiceProblem('qos', { value: String(qos ?? ''), type }) ?? true;
      },
    },
    qosType: { value: requestDefaults.qosType },
    ...FORMAT_PROPERTIES,
    properties: {
      value: requestDefaults.properties,
      validate: (properties, _options) => propertiesProblem(properties) ?? true,
    },
    describePayload: { value: requestDefaults.describePayload },
    whileOffline: { value: requestDefaults.whileOffline },
    timeout: number('timeout'),
    replies: { value: requestDefaults.replies },
    maxReplies: number('maxReplies'),
    minReplies: number('minReplies'),
    answerTo: { value: requestDefaults.answerTo },
    responsePrefix: {
      value: requestDefaults.responsePrefix,
      validate: (prefix, _options) => prefixProblem(prefix ?? requestDefaults.responsePrefix) ?? true,
    },
    responseTopic: {
      value: requestDefaults.responseTopic,
      validate(topic, _options) {
        return entered(this as Saved, 'answerTo') === 'device'
          ? (responseTopicProblem(topic ?? requestDefaults.responseTopic) ?? true)
          : true;
      },
    },
    match: { value: requestDefaults.match },
    matchProperty: {
      value: requestDefaults.matchProperty,
      validate(value, _options) {
        const used = entered(this as Saved, 'match') === 'property';
        return (used ? typedValueProblem({ value, type: 'msg' }) : undefined) ?? true;
      },
    },
    matchValue: {
      value: requestDefaults.matchValue,
      validate(value, _options) {
        const type = entered(this as Saved, 'matchValueType') ?? requestDefaults.matchValueType;
        return (
          (entered(this as Saved, 'match') === 'property' ? typedValueProblem({ value, type }) : undefined) ?? true
        );
      },
    },
    matchValueType: { value: requestDefaults.matchValueType },
    matchExpression: {
      value: requestDefaults.matchExpression,
      validate(value, _options) {
        const used = entered(this as Saved, 'match') === 'jsonata';
        return (used ? typedValueProblem({ value, type: 'jsonata' }) : undefined) ?? true;
      },
    },
    replyFormat: { value: requestDefaults.replyFormat },
    replyMessageType: { value: requestDefaults.replyMessageType },
    atATime: number('atATime'),
    maxWaiting: number('maxWaiting'),
  },
  inputs: 1,
  outputs: 1,
  icon: 'mqtt-flows-request.svg',
  paletteLabel() {
    return this._('label.node');
  },
  label() {
    return this.name || fixedTopic(this) || this._('label.node');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    fillMissing(this, { ...requestDefaults, topicType: shownTopicType(this.topic) });
    const formatLabel = (name: string): string => this._(`formats.${name}`);
    prepareFormat(this, formatLabel);
    prepareReplyFormat(this, this._('replyFormat.request'), formatLabel);
    prepareBrokerField(this.broker);
    prepareTopicField(REQUEST_TOPIC_TYPES);
    readPayload = preparePayload(this);
    prepareChoice('qos', (value) => this._(`qos.${value || 'message'}`));
    prepareDeviceFields(this);
    for (const name of Object.keys(REQUEST_RANGES) as NumberName[]) prepareNumber(name);
    prepareReplies(this._('tip.maxReplies'));
    prepareAnswerTo();
    const prefix = $('#node-input-responsePrefix');
    addFieldNote(prefix.closest('.form-row'), prefix, (text) => ({
      problem: prefixProblem(text),
      hint: fixedTopicHint(text),
    }));
    trimPasted(prefix);
    const more = $('#mqtt-flows-request-more');
    more.prop('open', prepareMore(more, usualOf(requestDefaults, FOLDED)));
    readProperties = preparePropertyFields(this.properties, PROPERTIES);
    followBrokerVersion(hasProperties(this.properties) || this.describePayload === true);
  },
  oneditsave() {
    trimTopic();
    this.properties = readProperties();
    saveFormat(this);
    Object.assign(this, readPayload());
  },
});

function prepareNumber(name: NumberName): void {
  const input = $(`#node-input-${name}`);
  addFieldNote(input.closest('.form-row'), input, (text) => ({ problem: numberProblem(text, REQUEST_RANGES[name]) }));
}

function prepareReplyFormat(
  { replyFormat }: RequestConfig,
  ofRequest: string,
  label: (format: string) => string,
): void {
  const select = $('#node-input-replyFormat').append($('<option>', { value: '' }).text(ofRequest));
  fillFormatSelect(select, replyFormat, label);
  const format = $('#node-input-format');
  const show = (): void => {
    const used = String(select.val() || format.val());
    $('#mqtt-flows-request-reply-type').toggle(used.endsWith('protobuf'));
  };
  select.add(format).on('change', show);
  show();
}

/** A number of replies has a meaning for several only. */
function prepareReplies(most: string): void {
  $('#node-input-maxReplies').attr('aria-label', most);
  const select = $('#node-input-replies');
  const show = (): void => {
    $('#node-input-maxReplies').toggle(select.val() === 'some');
    $('#mqtt-flows-request-least').toggle(select.val() !== 'one');
  };
  select.on('change', show);
  show();
}

/** Shows what the place of the answer needs. */
function prepareAnswerTo(): void {
  const select = $('#node-input-answerTo');
  const show = (): void => {
    const device = select.val() === 'device';
    $('#mqtt-flows-request-device').toggle(device);
    $('#mqtt-flows-request-prefix').toggle(!device);
    $('#mqtt-flows-request-needs-mqtt5').toggle(!device && !brokerMaySpeakMqtt5());
  };
  select.add('#node-input-broker').on('change', show);
  show();
}
