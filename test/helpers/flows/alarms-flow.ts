// The flow for tests of the sidebar: one node that subscribes to alarms/#.

import { type BrokerConfig, brokerDefaults } from '#src/settings/broker.config';
import { subscribeDefaults, subscriptionDefaults } from '#src/settings/subscribe.config';

/** The nodes `broker`, called "Plant server", and `in`, called "alarms". */
export function alarmsFlow(broker: Partial<BrokerConfig>): object[] {
  return [
    { id: 'tab', type: 'tab', label: 'Plant' },
    { ...brokerDefaults, id: 'broker', type: 'mqtt-flows-broker', name: 'Plant server', ...broker },
    {
      ...subscribeDefaults,
      id: 'in',
      type: 'mqtt-flows-subscribe',
      name: 'alarms',
      z: 'tab',
      x: 200,
      y: 100,
      broker: 'broker',
      subscriptions: [{ ...subscriptionDefaults, filter: 'alarms/#' }],
      wires: [[]],
    },
  ];
}
