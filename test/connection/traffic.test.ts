// What is counted of a connection's traffic, and that counting changes nothing of it.

import assert from 'node:assert/strict';
import { countTraffic, Traffic } from '#src/connection/traffic';
import type { TransportListener } from '#src/transport/transport';
import { FakeNetwork } from '../helpers/fakes/fake-transport';

describe('Traffic', () => {
  it('remembers the last thousand topics', () => {
    const traffic = new Traffic();
    for (let i = 0; i < 1500; i++) traffic.countReceived(`topic/${i}`);
    traffic.countReceived('topic/1499');
    const topics = [...traffic.topics];
    assert.deepEqual([topics.length, topics[0], topics.at(-1)], [1000, 'topic/500', 'topic/1499']);
  });

  it('counts what comes in and goes out, and hands it on', () => {
    const traffic = new Traffic();
    const network = new FakeNetwork();
    const heard: string[] = [];
    const listener: TransportListener = {
      stage: () => {},
      connected: () => {},
      message: ({ topic }) => heard.push(topic),
      writable: () => {},
      closed: () => {},
    };
    const open = countTraffic(network.openTransport, traffic);
    const options = { server: 'server', protocolVersion: 5, clientId: 'a', keepalive: 60, cleanStart: true } as const;
    const transport = open(() => Promise.reject(new Error('not used')), options, listener);
    network.latest.connect();
    const message = { topic: 'in', payload: Buffer.from('1'), qos: 0, retain: false } as const;
    network.latest.message({ ...message, dup: false, subscriptionIdentifiers: [] });
    transport.publish({ ...message, topic: 'out' }, () => {});
    assert.deepEqual([traffic.received, traffic.sent, heard], [1, 1, ['in']]);
    assert.deepEqual([...traffic.topics], ['in', 'out']);
    network.latest.fill();
    assert.equal(transport.writable, false);
  });
});
