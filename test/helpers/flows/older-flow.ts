// The flow for tests of dialogs that show nodes as an older version has saved them.

import { publishDefaults } from '#src/settings/publish.config';
import { type SubscribeConfig, subscribeDefaults, subscriptionDefaults } from '#src/settings/subscribe.config';
import { embeddedNode } from './flow-nodes';

const TAB = { id: 'tab', type: 'tab', label: 'Fewer nodes' };
const place = (y: number): object => ({ z: 'tab', x: 300, y });

/**
 * The nodes `count`, an inject node, `out`, which publishes, and `in`, which subscribes to a and b with `subscribe` set. `d1` behind it
 * and `d2` are debug nodes.
 */
export function olderFlow(subscribe: Partial<SubscribeConfig> = {}): object[] {
  const subscriptions = ['a', 'b'].map((filter) => ({ ...subscriptionDefaults, filter }));
  const { outputEach: _each, outputs: _outputs, receivedAt: _at, ...older } = subscribeDefaults;
  const { payload: _payload, payloadType: _type, ...olderPublish } = publishDefaults;
  const debug = { type: 'debug', active: false, tosidebar: true, console: false, tostatus: false, complete: 'payload' };
  return [
    TAB,
    embeddedNode('broker'),
    {
      ...{ id: 'inject', type: 'inject', name: 'count', topic: 'a', payload: '7', payloadType: 'num', repeat: '' },
      ...{ crontab: '', once: false, onceDelay: 0.1, props: [{ p: 'payload' }, { p: 'topic', vt: 'str' }] },
      ...{ ...place(80), wires: [['pub']] },
    },
    {
      ...olderPublish,
      name: 'out',
      broker: 'broker',
      ...place(160),
      id: 'pub',
      type: 'mqtt-flows-publish',
      wires: [[]],
    },
    {
      ...older,
      ...{ name: 'in', broker: 'broker', subscriptions, ...subscribe },
      ...{ ...place(240), id: 'sub', type: 'mqtt-flows-subscribe', wires: [['d1']] },
    },
    { ...debug, id: 'd1', name: 'd1', ...place(320), wires: [] },
    { ...debug, id: 'd2', name: 'd2', ...place(400), wires: [] },
  ];
}
