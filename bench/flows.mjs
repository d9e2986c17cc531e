// The flows that are compared: the floor, Node-RED's own MQTT nodes, and ours. Each does the same work in a flow of its own.

import { createRequire } from 'node:module';

const { brokerDefaults } = createRequire(import.meta.url)('../build/src/settings/broker.config.js');

const TAB = { id: 'tab', type: 'tab', label: 'bench' };
const SINK = { id: 'sink', type: 'bench-sink', z: 'tab', wires: [] };

function coreBroker(port, protocolVersion) {
  return {
    id: 'broker',
    type: 'mqtt-broker',
    broker: '127.0.0.1',
    port: String(port),
    protocolVersion: String(protocolVersion),
    keepalive: '60',
    cleansession: true,
    autoConnect: true,
  };
}

function ourBroker(port, protocolVersion, outbox) {
  return {
    id: 'broker',
    type: 'mqtt-flows-broker',
    ...brokerDefaults,
    servers: [{ url: `mqtt://127.0.0.1:${port}` }],
    protocolVersion: String(protocolVersion),
    ...(outbox ? { outbox: { ...brokerDefaults.outbox, ...outbox } } : {}),
  };
}

/** The subjects of the inbound benchmarks: a flow for `{ port, topics, qos, protocolVersion, json }`. */
export const INBOUND = {
  floor: {
    filters: () => 1,
    flow: ({ port, topics, qos, protocolVersion, json }) => [
      TAB,
      SINK,
      {
        id: 'in',
        type: 'bench-floor-in',
        z: 'tab',
        url: `mqtt://127.0.0.1:${port}`,
        filter: topics.length === 1 ? topics[0] : 'bench/#',
        qos,
        protocolVersion,
        json,
        wires: [['sink']],
      },
    ],
  },
  core: {
    filters: ({ topics }) => topics.length,
    flow: ({ port, topics, qos, protocolVersion, json }) => [
      TAB,
      SINK,
      coreBroker(port, protocolVersion),
      ...topics.map((topic, index) => ({
        id: `in${index}`,
        type: 'mqtt in',
        z: 'tab',
        topic,
        qos: String(qos),
        datatype: json ? 'json' : 'buffer',
        broker: 'broker',
        nl: false,
        rap: true,
        rh: 0,
        inputs: 0,
        wires: [['sink']],
      })),
    ],
  },
  ours: {
    filters: ({ topics }) => topics.length,
    flow: ({ port, topics, qos, protocolVersion, json }) => [
      TAB,
      SINK,
      ourBroker(port, protocolVersion),
      ...topics.map((filter, index) => ({
        id: `in${index}`,
        type: 'mqtt-flows-subscribe',
        z: 'tab',
        broker: 'broker',
        subscriptions: [{ filter, qos, noLocal: false, retainAsPublished: true, retainHandling: 0 }],
        format: json ? 'json' : 'buffer',
        inputs: 0,
        wires: [['sink']],
      })),
    ],
  },
};

/** Code of a function node that reads a payload by the library of its format, which the node loads at its start. */
function libraryFunction({ format, compression, schema, messageType }) {
  const definition = JSON.stringify({ format, compression, schema, messageType });
  return {
    ...{ type: 'function', outputs: 1, libs: [] },
    func: "msg.payload = context.get('read')(msg.payload); return msg;",
    initialize: `context.set('read', global.get('reader')(${definition}));`,
  };
}

/** Node-RED's own MQTT node with bytes as they come, and what reads them behind it. */
function behindCore({ port, topic, protocolVersion }, read) {
  return [
    TAB,
    SINK,
    coreBroker(port, protocolVersion),
    {
      ...{ id: 'in', type: 'mqtt in', z: 'tab', topic, qos: '0', datatype: 'buffer', broker: 'broker', inputs: 0 },
      ...{ nl: false, rap: true, rh: 0, wires: [['read']] },
    },
    { id: 'read', z: 'tab', wires: [['sink']], ...read },
  ];
}

/** The popular node for a single format, by the format: Node-RED's own for JSON, and packages. */
const SINGLE_NODES = {
  json: { type: 'json', property: 'payload', action: 'obj' },
  messagepack: { type: 'msgpack', property: 'payload' },
  base64: { type: 'base64', action: '', property: 'payload' },
};

/** The subjects of the formats: a flow for `{ port, topic, format, compression, schema, messageType }`. */
export const FORMATS = {
  /** The library behind mqtt.js: what the format costs, plus the floor. */
  library: ({ port, topic, ...work }) => [
    TAB,
    SINK,
    {
      ...{ id: 'in', type: 'bench-floor-in', z: 'tab', url: `mqtt://127.0.0.1:${port}`, filter: topic, qos: 0 },
      ...{ ...work, wires: [['sink']] },
    },
  ],
  'function node': (work) => behindCore(work, libraryFunction(work)),
  'single node': (work) => behindCore(work, SINGLE_NODES[work.format]),
  ours: ({ port, topic, protocolVersion, format, compression = '', schema = '', messageType = '' }) => [
    TAB,
    SINK,
    ourBroker(port, protocolVersion),
    {
      ...{ id: 'in', type: 'mqtt-flows-subscribe', z: 'tab', broker: 'broker', inputs: 0, wires: [['sink']] },
      subscriptions: [{ filter: topic, qos: 0, noLocal: false, retainAsPublished: true, retainHandling: 0 }],
      ...{ format, compression, schema, messageType },
    },
  ],
};

function outboundFlow(publish, { bytes, window, subject = 'out' }, ...nodes) {
  return [
    TAB,
    {
      id: 'source',
      type: 'bench-source',
      z: 'tab',
      topic: 'bench/out',
      bytes,
      window,
      subject,
      wires: [['out']],
    },
    { id: 'out', z: 'tab', wires: [], ...publish },
    ...nodes,
  ];
}

function oursOut(work, outbox) {
  const publish = {
    type: 'mqtt-flows-publish',
    broker: 'broker',
    topic: 'topic',
    topicType: 'msg',
    qos: String(work.qos),
    retain: 'false',
    format: 'auto',
    completeOn: outbox ? 'queued' : 'acknowledged',
  };
  return outboundFlow(publish, work, ourBroker(work.port, work.protocolVersion, outbox));
}

/** The subjects of the outbound benchmarks: a flow for `{ port, qos, protocolVersion, bytes, window }`. */
export const OUTBOUND = {
  floor: (work) => {
    const { port, qos, protocolVersion } = work;
    return outboundFlow({ type: 'bench-floor-out', url: `mqtt://127.0.0.1:${port}`, qos, protocolVersion }, work);
  },
  core: (work) =>
    outboundFlow(
      { type: 'mqtt out', broker: 'broker', topic: '', qos: String(work.qos), retain: 'false' },
      work,
      coreBroker(work.port, work.protocolVersion),
    ),
  ours: (work) => oursOut(work),
};

/** The subjects of the request benchmark: a flow for `{ port, qos, bytes, window }`. */
export const REQUEST = {
  floor: (work) => {
    const { port, qos } = work;
    return outboundFlow({ type: 'bench-floor-request', url: `mqtt://127.0.0.1:${port}`, qos }, work);
  },
  ours: (work) =>
    outboundFlow(
      {
        type: 'mqtt-flows-request',
        broker: 'broker',
        topic: 'topic',
        topicType: 'msg',
        qos: String(work.qos),
        format: 'buffer',
        timeout: 60,
      },
      work,
      ourBroker(work.port, 5),
    ),
};

/** A flow from a publish node to a subscribe node, through the broker inside Node-RED or the server at `port`. */
export function throughBroker({ port, qos, bytes, window }) {
  const embedded = { ...brokerDefaults.embedded, store: 'memory' };
  const reach = port === undefined ? { connectTo: 'embedded', embedded } : {};
  const subscriptions = [{ filter: 'bench/#', qos, noLocal: false, retainAsPublished: false, retainHandling: 0 }];
  const publish = { type: 'mqtt-flows-publish', broker: 'broker', topic: 'topic', topicType: 'msg', qos: String(qos) };
  const subscribe = { type: 'mqtt-flows-subscribe', z: 'tab', broker: 'broker', subscriptions, format: 'buffer' };
  return outboundFlow(
    { ...publish, retain: 'false', format: 'auto', completeOn: 'acknowledged' },
    { bytes, window, subject: 'end' },
    { ...ourBroker(port, 5), ...reach },
    { id: 'in', ...subscribe, inputs: 0, wires: [['end']] },
    { id: 'end', type: 'bench-end', z: 'tab', wires: [] },
  );
}

/** Limits that no benchmark reaches. */
const ROOM = { maxMessages: 10_000_000, maxBytes: 2 ** 33 };

/** Where messages wait whose publish node is done once the outbox has them. */
export const OUTBOX = {
  memory: (work) => oursOut(work, { ...ROOM, store: 'memory' }),
  disk: (work) => oursOut(work, { ...ROOM, store: 'disk', fsync: false }),
  'disk, fsync': (work) => oursOut(work, { ...ROOM, store: 'disk', fsync: true }),
};
