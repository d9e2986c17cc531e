// What a server has said of itself in CONNACK, in words.

import type { TestedServer } from '../../core/reports/connection-test';
import { sharedText } from '../fields/shared-text';

/** A list of the limits of `server`; with older versions than MQTT 5 a server does not tell any. */
export function limitsOf(server: TestedServer): JQuery {
  const list = $('<ul>').css({ margin: '4px 0 8px 24px' });
  for (const text of server.protocolVersion === 5 ? limits(server) : [sharedText('limits.untold')]) {
    $('<li>').text(text).appendTo(list);
  }
  return list;
}

function limits(server: TestedServer): string[] {
  const { maximumPacketSize: bytes, maximumQoS: qos, receiveMaximum: count } = server;
  const missing = [
    server.retainAvailable ? '' : sharedText('limits.noRetain'),
    server.wildcardSubscriptionAvailable ? '' : sharedText('limits.noWildcards'),
    server.sharedSubscriptionAvailable ? '' : sharedText('limits.noShared'),
    server.subscriptionIdentifiersAvailable ? '' : sharedText('limits.noIdentifiers'),
  ];
  return [
    sharedText('limits.qos', { qos }),
    sharedText('limits.receiveMaximum', { count }),
    bytes === undefined ? sharedText('limits.anySize') : sharedText('limits.size', { bytes }),
    ...missing.filter((text) => text !== ''),
  ];
}
