// Nodes of flows with the core MQTT nodes, as the editor saves them.

import type { FlowNode } from '#src/core/conversion/flow-node';

type Settings = Readonly<Record<string, unknown>>;

const NO_PRESENCE = Object.fromEntries(
  ['birth', 'close', 'will'].flatMap((name) => [
    [`${name}Topic`, ''],
    [`${name}Qos`, '0'],
    [`${name}Retain`, 'false'],
    [`${name}Payload`, ''],
    [`${name}Msg`, {}],
  ]),
);

/** A core broker node as Node-RED 4.1 saves a new one. */
export function coreBroker(id: string, settings: Settings = {}): FlowNode {
  return {
    id,
    type: 'mqtt-broker',
    name: '',
    broker: 'localhost',
    port: 1883,
    clientid: '',
    autoConnect: true,
    usetls: false,
    protocolVersion: 4,
    keepalive: 60,
    cleansession: true,
    autoUnsubscribe: true,
    ...NO_PRESENCE,
    userProps: '',
    sessionExpiry: '',
    ...settings,
  };
}

/** An `mqtt in` node as Node-RED 4.1 saves one; `wires` are the ids that its output leads to. */
export function coreIn(
  id: string,
  broker: string,
  topic: string,
  settings: Settings = {},
  wires: string[] = [],
): FlowNode {
  const own = { qos: '2', datatype: 'auto-detect', broker, nl: false, rap: true, rh: 0, inputs: 0 };
  return { id, type: 'mqtt in', z: 'tab', name: '', topic, ...own, x: 120, y: 80, wires: [wires], ...settings };
}

/** An `mqtt out` node as Node-RED 4.1 saves one. */
export function coreOut(id: string, broker: string, topic: string, settings: Settings = {}): FlowNode {
  const own = { qos: '', retain: '', respTopic: '', contentType: '', userProps: '', correl: '', expiry: '', broker };
  return { id, type: 'mqtt out', z: 'tab', name: '', topic, ...own, x: 420, y: 80, wires: [], ...settings };
}

export function tab(id = 'tab', settings: Settings = {}): FlowNode {
  return { id, type: 'tab', label: 'Flow 1', disabled: false, info: '', env: [], ...settings };
}

export function node(id: string, type: string, settings: Settings = {}): FlowNode {
  return { id, type, z: 'tab', name: '', x: 280, y: 80, wires: [[]], ...settings };
}
