// A source of messages with many topics in turn, for the router: keeps `window` of them unfinished.

const { counter } = require('../counter.cjs');

module.exports = function register(RED) {
  function source(definition) {
    RED.nodes.createNode(this, definition);
    const { topics, subject, window, setUp } = definition;
    let next = 0;
    let unfinished = 0;
    let scheduled = false;
    const refill = () => {
      scheduled = false;
      for (; unfinished < window; unfinished++) this.send({ topic: topics[next++ % topics.length], payload: 1 });
    };
    RED.hooks.add('onComplete.topics', ({ node }) => {
      if (node.id !== subject) return;
      counter.count++;
      unfinished--;
      if (scheduled) return;
      scheduled = true;
      setImmediate(refill);
    });
    counter.start = () => {
      if (setUp) {
        unfinished++;
        this.send(setUp);
      } else {
        refill();
      }
    };
    this.on('close', () => RED.hooks.remove('*.topics'));
  }

  RED.nodes.registerType('bench-topics', source);
};
