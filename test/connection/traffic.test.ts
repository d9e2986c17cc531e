// The counters of a connection's traffic, and that counting does not change the traffic.

import assert from 'node:assert/strict';
import { Traffic } from '#src/connection/traffic';
import { ConnectionBench } from './connection-bench';
import { incoming, outgoing } from './publications';

describe('Traffic', () => {
  it('remembers the last thousand topics', () => {
    const traffic = new Traffic();
    for (let i = 0; i < 1500; i++) traffic.countReceived(`topic/${i}`);
    traffic.countReceived('topic/1499');
    const topics = [...traffic.topics];
    assert.deepEqual([topics.length, topics[0], topics.at(-1)], [1000, 'topic/500', 'topic/1499']);
  });

  it('counts received and sent publications, and passes them on', () => {
    const bench = new ConnectionBench({ messages: { birth: outgoing('birth', 0) } });
    bench.subscribe('in');
    const transport = bench.connected();
    transport.subscribed[0]?.answer({ kind: 'granted', qos: 1 });
    transport.published[0]?.answer({ kind: 'acknowledged', reasonCode: 0 });
    transport.message(incoming('in'));
    bench.publish('out', 2);
    const { traffic } = bench.connection;
    assert.deepEqual([traffic.received, traffic.sent, bench.received], [1, 2, ['in']]);
    assert.deepEqual([...traffic.topics], ['birth', 'in', 'out']);
    transport.published[1]?.receive();
    assert.equal(transport.published[1]?.released, true);
    assert.equal(traffic.sent, 2);
  });
});
