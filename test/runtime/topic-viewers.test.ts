// The viewers of recordings: a recorder ends with its last viewer, and the number of both is limited.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { NodeAPI } from 'node-red';
import { Connection } from '#src/connection/connection';
import type { StartRequest, ViewRequest } from '#src/core/sidebar/sidebar-protocol';
import { parseTopicFilter } from '#src/core/topics/topic-filter';
import { TopicViewers } from '#src/runtime/sidebar/topic-viewers';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { FakeNetwork } from '../helpers/fakes/fake-transport';

describe('Viewers', () => {
  let clock: FakeClock;
  let viewers: TopicViewers;
  let observing: Connection[];
  let events: EventEmitter;
  let broker: object | null;

  beforeEach(() => {
    clock = new FakeClock();
    observing = [];
    events = new EventEmitter();
    broker = brokerNode();
    // Of Node-RED's API, a recorder uses these three.
    const RED = { events, nodes: { getNode: () => broker }, _: (key: string) => key };
    viewers = new TopicViewers(RED as unknown as NodeAPI, clock);
  });

  function connection(): Connection {
    const network = new FakeNetwork();
    return new Connection(
      {
        endpoints: [{ name: 'server', open: () => Promise.reject(new Error('not used')) }],
        protocolVersion: 5,
        connectOptions: () => ({ clientId: 'viewer', keepalive: 60, cleanStart: true }),
        connectTimeout: 1000,
        reconnect: { minDelay: 1000, maxDelay: 1000 },
        outbox: { maxMessages: 1, maxBytes: 1, overflow: 'reject' },
        messages: {},
      },
      { openTransport: network.openTransport, clock, random: () => 0, report: assert.fail },
    );
  }

  function brokerNode(): object {
    const observe = (): Connection => {
      const made = connection();
      observing.push(made);
      return made;
    };
    return { type: 'mqtt-flows-broker', link: { ok: true, connection: connection(), observe } };
  }

  function request(filter = '#', megabytes = 8): StartRequest {
    const parsed = parseTopicFilter(filter);
    assert.ok(parsed.ok);
    return { broker: 'broker', filter: parsed.filter, own: true, bytes: megabytes * 1024 * 1024 };
  }

  function start(filter?: string): string {
    const viewer = viewers.start(request(filter));
    assert.ok(viewer);
    return viewer;
  }

  function look(viewer: string, hidden = false): boolean {
    const view: ViewRequest = { viewer, from: 0, count: 10, after: 0, hidden };
    return viewers.look(view) !== undefined;
  }

  const running = (): number =>
    observing.filter(({ state }) => state.kind !== 'closed' && state.kind !== 'closing').length;

  it('of the same topics share a recorder, which ends with the last of them', () => {
    const [one, two] = [start(), start()];
    assert.equal(observing.length, 1);
    viewers.stop(one);
    assert.equal(running(), 1);
    viewers.stop(two);
    assert.equal(running(), 0);
    clock.advance(0);
    assert.equal(clock.pending, 0);
  });

  it('of other topics have another', () => {
    start('a/#');
    start('b/#');
    assert.equal(running(), 2);
  });

  it('are told what the messages of an answer are: of which topic, in which format, and after which of them', () => {
    const view: ViewRequest = { viewer: start(), from: 0, count: 10, topic: 'a/b', after: 7, hidden: false };
    assert.deepEqual(viewers.look(view)?.about, { topic: 'a/b', format: '', after: 7 });
    assert.deepEqual(viewers.look({ ...view, format: 'cbor' })?.about, { topic: 'a/b', format: 'cbor', after: 7 });
  });

  it('end when they have sent no request for 15 seconds', () => {
    const viewer = start();
    clock.advance(14_000);
    assert.equal(look(viewer), true);
    clock.advance(14_000);
    assert.equal(look(viewer), true);
    clock.advance(17_000);
    assert.equal(look(viewer), false);
    assert.equal(running(), 0);
  });

  it('may send one request in a minute while their page is hidden', () => {
    const viewer = start();
    assert.equal(look(viewer, true), true);
    clock.advance(120_000);
    assert.equal(look(viewer, true), true);
    clock.advance(160_000);
    assert.equal(look(viewer), false);
  });

  it('are refused when there are too many, and so are recordings', () => {
    for (const filter of ['a', 'b', 'c', 'd', 'e']) start(filter);
    assert.equal(viewers.start(request('f')), undefined);
    for (let i = 0; i < 15; i++) start('a');
    assert.equal(viewers.start(request('a')), undefined);
  });

  it('are refused when all recordings together would keep too much', () => {
    for (const filter of ['a', 'b']) assert.ok(viewers.start(request(filter, 128)));
    assert.equal(viewers.start(request('c')), undefined);
    assert.ok(viewers.start(request('a')), 'who joins one needs nothing more');
  });

  it('find a recording again when their page is loaded again, and one that others have started', () => {
    const viewer = start('plant/#');
    const [before] = viewers.shown;
    assert.deepEqual([before?.filter, before?.own, before?.viewers], ['plant/#', true, 1]);
    viewers.leave(viewer);
    clock.advance(50_000);
    const again = viewers.start({ ...request('plant/#'), instead: viewer });
    assert.equal(look(viewer), false);
    assert.ok(again && look(again));
    const copied = viewers.start({ ...request('plant/#'), instead: again });
    assert.equal(look(again), true, 'a page that was not left goes on');
    viewers.stop(copied ?? '');
    assert.deepEqual([observing.length, running(), viewers.shown[0]?.since], [1, 1, before?.since]);
    viewers.start(request('plant/#', 128));
    assert.deepEqual([viewers.shown[0]?.viewers, viewers.shown[0]?.bytes], [2, 128 * 1024 * 1024]);
  });

  it('end a minute after their page was left, even if it was hidden', () => {
    const viewer = start();
    assert.equal(look(viewer, true), true);
    viewers.leave(viewer);
    clock.advance(62_000);
    assert.equal(running(), 0);
  });

  it('stay left when a request of their page arrives later than its leaving', () => {
    const viewer = start();
    viewers.leave(viewer);
    look(viewer);
    clock.advance(50_000);
    const again = viewers.start({ ...request(), instead: viewer });
    assert.equal(viewers.shown[0]?.viewers, 1, 'the page that was loaded again, in place of the one before');
    viewers.stop(again ?? '');
    assert.equal(running(), 0);
  });

  it('use the new connection after a deploy of the broker node, and none after its removal', () => {
    const viewer = start();
    const view: ViewRequest = { viewer, from: 0, count: 10, after: 0, hidden: false };
    broker = brokerNode();
    events.emit('flows:started');
    assert.equal(observing.length, 2);
    assert.equal(running(), 1);
    broker = null;
    events.emit('flows:started');
    assert.equal(running(), 0);
    assert.equal(viewers.look(view)?.state.kind, 'absent');
  });
});
