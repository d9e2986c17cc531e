// The dialog of the publish node.

import { textOfLiteral } from '../core/conversion/saved-text';
import { maySpeakMqtt5 } from '../editor/broker/session-fields';
import { FORMAT_PROPERTIES, prepareFormat } from '../editor/fields/format-fields';
import { sharedText } from '../editor/fields/shared-text';
import { topicTemplateProblem } from '../editor/fields/template-problem';
import { completeTopic } from '../editor/fields/topic-completion';
import { hasProperties, preparePropertyFields, propertiesProblem } from '../editor/publish/property-fields';
import { previewHint } from '../editor/publish/template-preview';
import { prepareTypedField, type TypedChoice } from '../editor/publish/typed-field';
import { typedValueProblem } from '../editor/publish/typed-value-problem';
import { namesVariables } from '../settings/environment-text';
import {
  type PropertiesConfig,
  type PublishConfig,
  publishDefaults,
  type TypedValue,
  VALUE_TYPES,
} from '../settings/publish.config';

type Saved = EditorNode & PublishConfig;
type ChoiceSetting = 'qos' | 'retain';

function topicProblem({ value, type }: TypedValue): string | undefined {
  if (type === 'str') return topicTemplateProblem(value);
  return type === 'msg' ? topicTemplateProblem(`{{${value}}}`) : typedValueProblem({ value, type });
}

/** The fixed values of settings that have only a few. The first is blank and leaves the setting to the message. */
const FIXED: Readonly<Record<ChoiceSetting, readonly string[]>> = {
  qos: ['', '0', '1', '2'],
  retain: ['', 'false', 'true', 'clear'],
};

function choiceProblem(setting: ChoiceSetting, { value, type }: TypedValue): string | undefined {
  if (type !== 'num' && type !== 'bool') return typedValueProblem({ value, type });
  const known = namesVariables(value) || FIXED[setting].includes(value);
  return known ? undefined : sharedText('fields.oneOf', { values: FIXED[setting].slice(1).join(', ') });
}

let readProperties: () => PropertiesConfig = () => publishDefaults.properties;

/** The topic, where it does not depend on the message or only on a template; blank elsewhere. */
function fixedTopic({ topic, topicType }: PublishConfig): string {
  return topicType === 'str' ? topic : (textOfLiteral({ value: topic, type: topicType }) ?? '');
}

RED.nodes.registerType<PublishConfig, object>('mqtt-flows-publish', {
  category: 'MQTT',
  color: '#d8bfd8',
  defaults: {
    name: { value: publishDefaults.name },
    broker: { value: publishDefaults.broker, type: 'mqtt-flows-broker', required: true },
    topic: {
      value: publishDefaults.topic,
      validate(topic, _options) {
        // The validator of one property does not know the types of the others.
        const type = (this as Saved).topicType ?? publishDefaults.topicType;
        return topicProblem({ value: topic ?? publishDefaults.topic, type }) ?? true;
      },
    },
    topicType: { value: publishDefaults.topicType },
    qos: {
      value: publishDefaults.qos,
      validate(qos, _options) {
        const type = (this as Saved).qosType ?? publishDefaults.qosType;
        return choiceProblem('qos', { value: String(qos ?? ''), type }) ?? true;
      },
    },
    qosType: { value: publishDefaults.qosType },
    retain: {
      value: publishDefaults.retain,
      validate(retain, _options) {
        const type = (this as Saved).retainType ?? publishDefaults.retainType;
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
    prepareTopic();
    prepareChoice('qos', [
      { value: '', label: this._('qos.message') },
      { value: '0', label: this._('qos.0') },
      { value: '1', label: this._('qos.1') },
      { value: '2', label: this._('qos.2') },
    ]);
    prepareChoice('retain', [
      { value: '', label: this._('retain.message') },
      { value: 'false', label: this._('retain.false') },
      { value: 'true', label: this._('retain.true') },
      { value: 'clear', label: this._('retain.clear') },
    ]);
    readProperties = preparePropertyFields(this.properties);
    const used = hasProperties(this.properties) || this.describePayload === true;
    $('#mqtt-flows-properties').prop('open', used);
    $('#node-input-broker').on('change', () => showProperties(used));
    showProperties(used);
  },
  oneditsave() {
    this.properties = readProperties();
  },
});

function prepareTopic(): void {
  prepareTypedField($('#mqtt-flows-topic-row'), $('#node-input-topic'), {
    types: VALUE_TYPES.topic,
    typeField: $('#node-input-topicType'),
    complete: completeTopic,
    note(typed) {
      const hint = previewHint(typed.value) ?? sharedText('fields.template');
      if (typed.type === 'reply') return { hint: sharedText('fields.reply') };
      return { problem: topicProblem(typed), hint: typed.type === 'str' ? hint : undefined };
    },
  });
}

function prepareChoice(setting: ChoiceSetting, choices: readonly TypedChoice[]): void {
  prepareTypedField($(`#mqtt-flows-${setting}-row`), $(`#node-input-${setting}`), {
    types: VALUE_TYPES[setting],
    typeField: $(`#node-input-${setting}Type`),
    choices,
    note: (typed) => ({ problem: choiceProblem(setting, typed) }),
  });
}

/**
 * Hides the MQTT 5 properties where the broker does not support them. Those with a value stay, with a note that they
 * are not sent.
 */
function showProperties(used: boolean): void {
  const broker = RED.nodes.node(String($('#node-input-broker').val() ?? ''));
  const speaks = broker === null || maySpeakMqtt5({ connectTo: '', protocolVersion: '', cleanStart: true, ...broker });
  $('#mqtt-flows-properties').toggle(speaks || used);
  $('#mqtt-flows-mqtt5-only').toggle(used && !speaks);
}
