// The nodes that only the benchmarks use: mqtt.js straight into a flow and out of it (the floor that ours are measured
// against), a sink that counts, and a source that keeps a number of messages unfinished.

const { randomBytes, randomUUID } = require('node:crypto');
const mqtt = require('mqtt');
const { counter } = require('../counter.cjs');
const { reader } = require('./libraries.js');

module.exports = function register(RED) {
  function floorIn(definition) {
    RED.nodes.createNode(this, definition);
    const read = reader(definition.json ? { format: 'json' } : definition);
    const client = mqtt.connect(definition.url, { protocolVersion: definition.protocolVersion });
    client.on('connect', () => client.subscribe(definition.filter, { qos: definition.qos }));
    client.on('message', (topic, payload, { qos, retain }) =>
      this.send({ topic, payload: read(payload), qos, retain }),
    );
    this.on('close', (done) => client.end(true, done));
  }

  function floorOut(definition) {
    RED.nodes.createNode(this, definition);
    const client = mqtt.connect(definition.url, { protocolVersion: definition.protocolVersion });
    const { qos } = definition;
    this.on('input', ({ topic, payload }, _send, done) => client.publish(topic, payload, { qos }, done));
    this.on('close', (done) => client.end(true, done));
  }

  /** Request and response as one writes them by hand. */
  function floorRequest(definition) {
    RED.nodes.createNode(this, definition);
    const { qos } = definition;
    const client = mqtt.connect(definition.url, { protocolVersion: 5 });
    const responseTopic = `bench/response/${randomUUID()}`;
    const waiting = new Map();
    const subscribed = new Promise((resolve) => {
      client.on('connect', () => client.subscribe(responseTopic, { qos }, resolve));
    });
    client.on('message', (_topic, payload, { properties: { correlationData } }) => {
      const key = correlationData.toString('latin1');
      const { message, send, done, timer } = waiting.get(key);
      waiting.delete(key);
      clearTimeout(timer);
      send({ ...message, payload });
      done();
    });
    const ask = (message, send, done) => {
      const correlationData = randomBytes(16);
      const key = correlationData.toString('latin1');
      const timer = setTimeout(() => {
        waiting.delete(key);
        done(new Error('timeout'));
      }, 60_000);
      waiting.set(key, { message, send, done, timer });
      client.publish(message.topic, message.payload, { qos, properties: { responseTopic, correlationData } });
    };
    this.on('input', (message, send, done) => {
      if (client.connected && waiting.size > 0) return ask(message, send, done);
      void subscribed.then(() => ask(message, send, done));
    });
    this.on('close', (done) => client.end(true, done));
  }

  function sink(definition) {
    RED.nodes.createNode(this, definition);
    this.on('input', (_message, _send, done) => {
      counter.count++;
      done();
    });
  }

  /** Where messages arrive that a source counts. */
  function end(definition) {
    RED.nodes.createNode(this, definition);
    this.on('input', (_message, _send, done) => done());
  }

  /** Keeps `window` messages unfinished: a message is finished when the node of the id `subject` has called done. */
  function source(definition) {
    RED.nodes.createNode(this, definition);
    const payload = Buffer.alloc(definition.bytes, 'x');
    const { topic } = definition;
    let unfinished = 0;
    let scheduled = false;
    let sentAt = 0;
    const refill = () => {
      scheduled = false;
      sentAt = performance.now();
      for (; unfinished < definition.window; unfinished++) this.send({ topic, payload });
    };
    RED.hooks.add('onComplete.bench', ({ node }) => {
      if (node.id !== definition.subject) return;
      counter.count++;
      unfinished--;
      if (definition.window === 1) counter.times.push(performance.now() - sentAt);
      if (scheduled) return;
      scheduled = true;
      setImmediate(refill);
    });
    counter.start = refill;
    this.on('close', () => RED.hooks.remove('*.bench'));
  }

  RED.nodes.registerType('bench-floor-in', floorIn);
  RED.nodes.registerType('bench-floor-out', floorOut);
  RED.nodes.registerType('bench-floor-request', floorRequest);
  RED.nodes.registerType('bench-sink', sink);
  RED.nodes.registerType('bench-end', end);
  RED.nodes.registerType('bench-source', source);
};
