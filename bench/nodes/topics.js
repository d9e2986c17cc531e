// A source of messages with many topics in turn, for the router. It keeps `window` of them in progress. A message has
// arrived when the node with the id `sink` is done with it, since a Switch node does not report that itself.

const { counter } = require('../counter.cjs');

module.exports = function register(RED) {
  function source(definition) {
    RED.nodes.createNode(this, definition);
    const { topics, sink, window, setUp } = definition;
    let next = 0;
    let unfinished = 0;
    let scheduled = false;
    const refill = () => {
      scheduled = false;
      for (; unfinished < window; unfinished++) this.send({ topic: topics[next++ % topics.length], payload: 1 });
    };
    RED.hooks.add('onComplete.topics', ({ node }) => {
      if (node.id !== sink) return;
      unfinished--;
      if (scheduled) return;
      scheduled = true;
      setImmediate(refill);
    });
    counter.start = () => {
      if (setUp) this.send(setUp);
      refill();
    };
    this.on('close', () => RED.hooks.remove('*.topics'));
  }

  RED.nodes.registerType('bench-topics', source);
};
