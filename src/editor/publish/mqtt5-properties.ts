// The folded MQTT 5 properties of a dialog, as far as the chosen broker has a use for them.

import { maySpeakMqtt5 } from '../broker/session-fields';

/** Whether the chosen broker node may speak MQTT 5, or none is chosen. */
export function brokerMaySpeakMqtt5(): boolean {
  const broker = RED.nodes.node(String($('#node-input-broker').val() ?? ''));
  return !broker || maySpeakMqtt5({ connectTo: '', protocolVersion: '', cleanStart: true, ...broker });
}

/**
 * Hides the MQTT 5 properties where the broker does not support them. Those with a value (`used`) stay, with a note that they
 * are not sent.
 */
export function followBrokerVersion(used: boolean): void {
  const show = (): void => {
    const speaks = brokerMaySpeakMqtt5();
    $('#mqtt-flows-properties').toggle(speaks || used);
    $('#mqtt-flows-mqtt5-only').toggle(used && !speaks);
  };
  $('#mqtt-flows-properties').prop('open', used);
  $('#node-input-broker').on('change', show);
  show();
}
