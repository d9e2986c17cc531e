// A source of values for many topics in turn. Each topic has a new value every other time. The source keeps `window`
// messages in progress: one is finished when the node with the id `subject`, which every message comes to, is done with it.

const { counter } = require('../counter.cjs');

module.exports = function register(RED) {
  function source(definition) {
    RED.nodes.createNode(this, definition);
    const { count, subject, window } = definition;
    const topics = Array.from({ length: count }, (_, i) => `plant/${i % 100}/machine/${i}/temperature`);
    let next = 0;
    let unfinished = 0;
    let scheduled = false;
    const refill = () => {
      scheduled = false;
      for (; unfinished < window; unfinished++) {
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
    counter.start = refill;
    this.on('close', () => RED.hooks.remove('*.values'));
  }

  RED.nodes.registerType('bench-values', source);
};
