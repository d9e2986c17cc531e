// A source of values for many topics in turn. Each topic has a new value every other time. The source keeps `window`
// messages in progress: one is finished when the node with the id `subject`, which every message comes to, is done with it.
// With `total`, it ends after so many. With `primes`, the trigger node of that id knows all topics before.

const { counter } = require('../counter.cjs');

/** ms */
const HOUR = 3_600_000;

module.exports = function register(RED) {
  function source(definition) {
    RED.nodes.createNode(this, definition);
    const { count, subject, window, total = Number.POSITIVE_INFINITY, primes } = definition;
    const topics = Array.from({ length: count }, (_, i) => `plant/${i % 100}/machine/${i}/temperature`);
    let next = 0;
    let unfinished = 0;
    let scheduled = false;
    const refill = () => {
      scheduled = false;
      for (; unfinished < window && next < total; unfinished++) {
        const payload = Math.floor(next / count / 2) + 0.5;
        // As from a server, the text of a topic is new each time.
        const topic = Buffer.from(topics[next++ % count], 'latin1').toString('latin1');
        this.send({ topic, payload, qos: 0, retain: false });
      }
    };
    RED.hooks.add('onComplete.values', ({ node }) => {
      if (node.id !== subject) return;
      counter.count++;
      unfinished--;
      if (scheduled) return;
      scheduled = true;
      setImmediate(refill);
    });
    counter.start = () => {
      const known = primes ? RED.nodes.getNode(primes).topics : {};
      for (const topic of topics) known[topic] = { tout: primes ? setTimeout(() => {}, HOUR) : 0 };
      refill();
    };
    this.on('close', () => RED.hooks.remove('*.values'));
  }

  RED.nodes.registerType('bench-values', source);
};
