// The dialog of the publish node.

import { addFieldNote } from '../editor/field-note';
import { fillFormatSelect } from '../editor/format-select';
import { topicTemplateProblem } from '../editor/template-problem';
import { type PublishConfig, publishDefaults } from './publish.config';

function topicProblem(topic: string, type: string): string | undefined {
  return topicTemplateProblem(type === 'msg' ? `{{${topic}}}` : topic);
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
        // The type of the other property is not known to the validator of this one.
        return topicProblem(topic ?? publishDefaults.topic, (this as EditorNode & PublishConfig).topicType) ?? true;
      },
    },
    topicType: { value: publishDefaults.topicType },
    qos: { value: publishDefaults.qos },
    qosType: { value: publishDefaults.qosType },
    retain: { value: publishDefaults.retain },
    retainType: { value: publishDefaults.retainType },
    format: { value: publishDefaults.format },
    properties: { value: publishDefaults.properties },
    describePayload: { value: publishDefaults.describePayload },
    completeOn: { value: publishDefaults.completeOn },
    whileOffline: { value: publishDefaults.whileOffline },
  },
  inputs: 1,
  outputs: 1,
  icon: 'mqtt-flows-publish.svg',
  align: 'right',
  paletteLabel: 'publish',
  label() {
    return this.name || (this.topicType === 'str' && this.topic) || 'publish';
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    fillFormatSelect($('#node-input-format'), this.format || publishDefaults.format, (name) =>
      this._(`formats.${name}`),
    );
    const template = { value: 'str', label: this._('topicType.template'), icon: 'red/images/typedInput/az.svg' };
    const topic = $('#node-input-topic').typedInput({
      types: ['msg', template],
      typeField: $('#node-input-topicType'),
      default: publishDefaults.topicType,
    });
    addFieldNote($('#mqtt-flows-topic-row'), topic, (value) => ({
      problem: topicProblem(value, topic.typedInput('type')),
      hint: topic.typedInput('type') === 'str' ? this._('hint.template') : undefined,
    }));
  },
});
