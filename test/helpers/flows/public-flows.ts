// Twenty flows of the kinds that people publish: home automation, industry, clouds. Each has the structure of such flows and
// none of their text.

import type { FlowNode } from '#src/core/conversion/flow-node';
import { coreBroker, coreIn, coreOut, node, tab } from './core-flow';

const OLD_BROKER = {
  id: 'b',
  type: 'mqtt-broker',
  broker: '192.168.1.20',
  port: '1883',
  clientid: '',
  usetls: false,
  compatmode: true,
  keepalive: '60',
  cleansession: true,
  willTopic: '',
  willQos: '0',
  willPayload: '',
  birthTopic: '',
  birthQos: '0',
  birthPayload: '',
};

/** An `mqtt in` of the time before MQTT 5, without the properties that came later. */
const oldIn = (id: string, topic: string): FlowNode => ({
  id,
  type: 'mqtt in',
  z: 'tab',
  name: '',
  topic,
  qos: '0',
  broker: 'b',
  x: 1,
  y: 1,
  wires: [['next']],
});

const online = {
  birthTopic: 'lwt/gateway',
  birthPayload: 'online',
  birthRetain: 'true',
  birthQos: '1',
  closeTopic: 'lwt/gateway',
  closePayload: 'offline',
  closeRetain: 'true',
  willTopic: 'lwt/gateway',
  willPayload: 'offline',
  willRetain: 'true',
  willQos: '1',
};

export const PUBLIC_FLOWS: Readonly<Record<string, readonly FlowNode[]>> = {
  'a sensor on a dashboard': [
    tab(),
    coreBroker('b'),
    coreIn('in', 'b', 'home/+/temperature', {}, ['gauge']),
    node('gauge', 'ui_gauge'),
  ],
  'switches of a home with state and command topics': [
    tab(),
    coreBroker('b', { name: 'home', broker: 'homeassistant.local', clientid: 'nodered_home' }),
    coreIn('state', 'b', 'stat/plug1/POWER', { qos: '0', datatype: 'utf8' }, ['fn']),
    node('fn', 'function', { func: 'msg.payload = msg.payload === "ON"; return msg;' }),
    coreOut('cmnd', 'b', 'cmnd/plug1/POWER', { qos: '1', retain: 'false' }),
  ],
  'a bridge of a radio with JSON payloads': [
    tab(),
    coreBroker('b'),
    coreIn('in', 'b', 'zigbee2mqtt/#', { datatype: 'json', qos: '1' }),
    coreOut('set', 'b', '', { name: 'set' }),
  ],
  'a flow from before MQTT 5': [
    tab(),
    OLD_BROKER,
    oldIn('in', 'weather/station/#'),
    coreOut('out', 'b', 'weather/now'),
  ],
  'birth and will of a gateway': [tab(), coreBroker('b', { ...online, clientid: 'gw1' }), coreIn('in', 'b', 'gw1/cmd')],
  'a session that the server keeps': [
    tab(),
    coreBroker('b', { clientid: 'line4', cleansession: false, autoUnsubscribe: false }),
    coreIn('in', 'b', 'plant/line4/orders', { qos: '1' }),
  ],
  'discovery with retained configuration': [
    tab(),
    coreBroker('b'),
    node('fn', 'function', { wires: [['out']] }),
    coreOut('out', 'b', 'homeassistant/sensor/boiler/config', { retain: 'true', qos: '1' }),
  ],
  'topics that messages choose': [
    tab(),
    coreBroker('b'),
    coreIn('dyn', 'b', '', { inputs: 1, datatype: 'auto-detect' }),
    node('fn', 'function', { wires: [['dyn']] }),
    coreOut('out', 'b', ''),
  ],
  'request and response by MQTT 5': [
    tab(),
    coreBroker('b', { protocolVersion: '5', clientid: 'rpc' }),
    coreOut('req', 'b', 'rpc/in', {
      respTopic: 'rpc/out/1',
      correl: '42',
      contentType: 'application/json',
      expiry: '10',
    }),
    coreIn('res', 'b', 'rpc/out/1', { nl: true, rh: '2' }),
  ],
  'a shared subscription of workers': [
    tab(),
    coreBroker('b', { protocolVersion: '5' }),
    coreIn('in', 'b', '$share/workers/jobs/#', { qos: '1' }),
  ],
  'machines under a unified namespace': [
    tab(),
    coreBroker('b', {
      name: 'UNS',
      userProps: '{"site":"A"}',
      protocolVersion: '5',
      sessionExpiry: '3600',
      cleansession: false,
      clientid: 'uns',
    }),
    coreIn('in', 'b', 'enterprise/site/area/+/status', { datatype: 'json' }),
    coreOut('out', 'b', '', { userProps: '{"source":"plc"}' }),
  ],
  'pictures as they are': [tab(), coreBroker('b'), coreIn('in', 'b', 'camera/+/snapshot', { datatype: 'buffer' })],
  'text or bytes, as it used to be': [tab(), coreBroker('b'), coreIn('in', 'b', 'meter/#', { datatype: 'auto' })],
  'a cloud with certificates': [
    tab(),
    {
      id: 'tls',
      type: 'tls-config',
      name: '',
      cert: '',
      key: '',
      ca: '',
      certname: 'c.pem',
      keyname: 'k.pem',
      caname: 'ca.pem',
      servername: '',
      verifyservercert: true,
      alpnprotocol: '',
    },
    coreBroker('b', {
      broker: 'things.iot.eu-west-1.example.com',
      port: '8883',
      tls: 'tls',
      usetls: true,
      clientid: 'thing-7',
    }),
    coreIn('in', 'b', '$aws/things/thing-7/shadow/update/delta', { qos: '1' }),
    coreOut('out', 'b', '$aws/things/thing-7/shadow/update', { qos: '1' }),
  ],
  'a cloud over TLS without a configuration': [
    tab(),
    coreBroker('b', { broker: 'broker.example.cloud', port: '8883', usetls: true, verifyservercert: false }),
    coreIn('in', 'b', 'v1/devices/me/rpc/request/+', { qos: '1' }),
  ],
  'a server behind WebSocket': [
    tab(),
    coreBroker('b', { broker: 'wss://broker.example.org:8084/mqtt', port: '' }),
    coreIn('in', 'b', 'uplink/#'),
  ],
  'devices of a LoRaWAN network': [
    tab(),
    coreBroker('b', { broker: 'eu1.network.example', clientid: '' }),
    coreIn('up', 'b', 'v3/+/devices/+/up', { datatype: 'json' }, ['down']),
    coreOut('down', 'b', 'v3/app@tenant/devices/dev1/down/push', { qos: '0' }),
  ],
  'a subflow for each room, with its broker in a variable': [
    tab(),
    {
      id: 'sf',
      type: 'subflow',
      name: 'room',
      in: [],
      out: [],
      env: [{ name: 'BROKER', type: 'mqtt-broker', value: 'b', ui: { type: 'conf-types' } }],
    },
    coreIn('sin', '${BROKER}', '${ROOM}', { z: 'sf' }),
    coreOut('sout', '${BROKER}', '', { z: 'sf' }),
    node('i1', 'subflow:sf', {
      env: [
        { name: 'BROKER', value: 'b', type: 'conf-type' },
        { name: 'ROOM', value: 'room/1', type: 'str' },
      ],
    }),
    coreBroker('b'),
  ],
  'two brokers, and a bridge between them': [
    tab(),
    coreBroker('edge', { name: 'edge' }),
    coreBroker('cloud', { name: 'cloud', broker: 'mqtts://cloud.example.com:8883', port: '', verifyservercert: true }),
    coreIn('in', 'edge', 'up/#', { datatype: 'buffer' }, ['out']),
    coreOut('out', 'cloud', ''),
  ],
  'several tabs, groups, and some of it disabled': [
    tab(),
    tab('tab2', { label: 'Flow 2', disabled: true }),
    { id: 'g', type: 'group', z: 'tab', name: 'lights', nodes: ['in'], x: 1, y: 1, w: 200, h: 80, style: {} },
    coreIn('in', 'b', 'lights/#', { g: 'g', d: true, l: false, info: 'about lights' }, ['link']),
    node('link', 'link out', { links: ['li'], wires: [], mode: 'link' }),
    node('catch', 'catch', { scope: ['in', 'out'], uncaught: false }),
    coreOut('out', 'b', 'lights/all', { z: 'tab2' }),
    coreBroker('b', { broker: '${MQTT_HOST}', port: '${MQTT_PORT}', clientid: '${HOSTNAME}' }),
  ],
};
