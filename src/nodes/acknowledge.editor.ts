// The dialog of the acknowledge node.

import { prepareMore, usualOf } from '../editor/fields/more';
import { sharedText } from '../editor/fields/shared-text';
import { type AcknowledgeConfig, acknowledgeDefaults, REFUSALS } from '../settings/acknowledge.config';

RED.nodes.registerType<AcknowledgeConfig, object>('mqtt-flows-acknowledge', {
  category: 'MQTT',
  color: '#d8bfd8',
  defaults: {
    name: { value: acknowledgeDefaults.name },
    answer: { value: acknowledgeDefaults.answer },
    reasonCode: { value: acknowledgeDefaults.reasonCode },
    property: { value: acknowledgeDefaults.property },
  },
  inputs: 1,
  outputs: 1,
  icon: 'mqtt-flows-acknowledge.svg',
  paletteLabel() {
    return this._('label.node');
  },
  label() {
    return this.name || (this.answer === 'refuse' ? this._('label.refuse') : this._('label.node'));
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    const reasonCode = $('#node-input-reasonCode');
    for (const code of REFUSALS) {
      const text = `0x${code.toString(16)} ${sharedText(`reasonCodes.${code}`)}`;
      reasonCode.append($('<option>', { value: code }).text(text));
    }
    reasonCode.val(String(this.reasonCode || acknowledgeDefaults.reasonCode));
    const answer = $('#node-input-answer').val(this.answer || acknowledgeDefaults.answer);
    const row = reasonCode.closest('.form-row');
    answer.on('change', () => row.toggle(answer.val() === 'refuse'));
    answer.trigger('change');
    prepareMore($('#mqtt-flows-acknowledge-more'), usualOf(acknowledgeDefaults, ['property']));
  },
});
