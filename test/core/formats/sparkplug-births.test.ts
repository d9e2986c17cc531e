// The births of Sparkplug edge nodes and devices, whatever servers send: what is kept of them is bounded.

import assert from 'node:assert/strict';
import { SparkplugBirths } from '#src/core/payloads/sparkplug-births';

describe('What is kept of Sparkplug births', () => {
  it('keeps no birth with more metrics than its limit', () => {
    const births = new SparkplugBirths();
    const metrics = Array.from({ length: 1_000_001 }, () => ({ name: 'a', alias: undefined, datatype: undefined }));
    const topic = { group: 'g', messageType: 'NBIRTH', node: 'n', device: undefined };
    assert.equal(births.follow(topic, { seq: 0, timestamp: 1, metrics }), true);
    assert.deepEqual(births.size, { edgeNodes: 1, metrics: 0 });
  });

  it('counts a metric that a birth repeats once, when it comes and when it is forgotten', () => {
    const births = new SparkplugBirths();
    const metrics = Array.from({ length: 10 }, () => ({ name: 'a', alias: undefined, datatype: undefined }));
    const topic = { group: 'g', messageType: 'NBIRTH', node: 'n', device: undefined };
    births.follow(topic, { seq: 0, timestamp: 1, metrics: [] });
    for (let seq = 1; seq <= 3; seq++) {
      births.follow({ ...topic, messageType: 'DBIRTH', device: 'd' }, { seq, timestamp: seq, metrics });
    }
    births.follow({ ...topic, messageType: 'DDEATH', device: 'd' }, { seq: 4, timestamp: 4, metrics: [] });
    // That of the edge node, which has no metrics.
    assert.deepEqual(births.size, { edgeNodes: 1, metrics: 1 });
  });

  it('counts births without metrics and long names, so that none of them fills the memory', () => {
    const births = new SparkplugBirths();
    const topic = { group: 'g', messageType: 'NBIRTH', node: 'n', device: undefined };
    births.follow(topic, { seq: 0, timestamp: 1, metrics: [] });
    for (let seq = 1; seq <= 100; seq++) {
      births.follow({ ...topic, messageType: 'DBIRTH', device: `d${seq}` }, { seq, timestamp: 1, metrics: [] });
    }
    assert.deepEqual(births.size, { edgeNodes: 1, metrics: 101 });
    const long = [{ name: 'x'.repeat(1024), alias: '1', datatype: undefined }];
    assert.equal(births.follow({ ...topic, node: 'm' }, { seq: 0, timestamp: 1, metrics: long }), false);
    assert.deepEqual(births.size, { edgeNodes: 2, metrics: 106 });
    births.follow({ ...topic, node: 'm', messageType: 'NDEATH' }, { seq: 0, timestamp: 1, metrics: [] });
    assert.deepEqual(births.size, { edgeNodes: 1, metrics: 101 });
  });
});
