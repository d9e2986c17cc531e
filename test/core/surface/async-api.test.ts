// The AsyncAPI document of the flows, and what a recording has seen of them.

import assert from 'node:assert/strict';
import type { IncomingPublication } from '#src/core/publications/publication';
import { TopicTree } from '#src/core/sidebar/topic-tree';
import { asyncApi } from '#src/core/surface/async-api';
import { readSurface, type SeenSurface, seenTopics } from '#src/core/surface/seen-topics';
import { patternText, SEVERAL, type TopicPattern } from '#src/core/topics/topic-pattern';
import { topicUses } from '#src/settings/topic-uses';

const LIMITS = {
  nodes: 10_000,
  characters: 1_000_000,
  levels: 100,
  history: 10,
  bytes: 1_000_000,
  payload: 100_000,
  messagesPerSecond: 100_000,
  burst: 100_000,
};

function recorded(messages: Readonly<Record<string, string>>): TopicTree {
  const tree = new TopicTree(LIMITS);
  for (const [topic, text] of Object.entries(messages)) {
    const publication: IncomingPublication = {
      topic,
      payload: Buffer.from(text),
      qos: 0,
      retain: false,
      dup: false,
      subscriptionIdentifiers: [],
    };
    tree.admits(0);
    tree.record(publication, 0, false, 0);
  }
  return tree;
}

function seen(tree: TopicTree, filters: readonly string[]): SeenSurface {
  const asked = readSurface({ viewer: 'x', filters });
  assert.ok(asked);
  const looking = seenTopics(tree.root, asked.filters);
  for (;;) {
    const step = looking.next();
    if (step.done) return step.value;
  }
}

describe('What a recording has seen of the flows', () => {
  const tree = recorded({ 'home/hall/t': '21.5', 'home/attic/t': '{"t":19}', 'other/a': 'x' });

  it('counts the topics of each filter, and has some with their last payloads', () => {
    assert.deepEqual(seen(tree, ['home/+/t', 'never/#']).filters, [
      {
        count: 2,
        topics: [
          { topic: 'home/attic/t', value: { t: 19 } },
          { topic: 'home/hall/t', value: 21.5 },
        ],
      },
      { count: 0, topics: [] },
    ]);
  });

  it('counts the topics with several levels where a value is filled in, and no others', () => {
    const deep = recorded({ 'a/b/set': '1', 'a/b/c/set': '2', 'a/b/get': '3' });
    const { filters, unused } = seen(deep, [`a/${SEVERAL}/set`]);
    assert.deepEqual([filters[0]?.count, unused.topics], [2, ['a/b/get']]);
  });

  it('has the topics that no filter matches', () => {
    assert.deepEqual(seen(tree, ['home/#']).unused, { count: 1, topics: ['other/a'] });
    assert.equal(seen(tree, []).unused.count, 3);
  });

  it('shows no more than a few topics, whatever there is', () => {
    const many = recorded(Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`a/${index}`, 'x'])));
    const { filters } = seen(many, ['a/+']);
    assert.deepEqual([filters[0]?.count, filters[0]?.topics.length], [2000, 5]);
    const { unused } = seen(many, []);
    assert.deepEqual([unused.count, unused.topics.length], [2000, 500]);
  });

  it('leaves large payloads out', () => {
    const large = recorded({ a: 'x'.repeat(5000) });
    assert.deepEqual(seen(large, ['a']).filters[0]?.topics, [{ topic: 'a' }]);
  });

  it('is refused for what is no filter', () => {
    assert.equal(readSurface({ viewer: 'x', filters: ['a/#/b'] }), undefined);
    assert.equal(readSurface({ viewer: 'x', filters: [7] }), undefined);
    assert.equal(readSurface({ filters: [] }), undefined);
    assert.equal(readSurface(null), undefined);
  });
});

describe('An AsyncAPI document', () => {
  const tree = recorded({ 'home/hall/t': '{"t":21.5}' });
  const nodes = [
    { id: 's', type: 'mqtt-flows-subscribe', subscriptions: [{ filter: 'home/+room/t', qos: 1 }, { filter: 'a/#' }] },
    { id: 'p', type: 'mqtt-flows-publish', topic: 'home/{{room}}/t', topicType: 'str', qos: '', retain: true },
    { id: 'q', type: 'mqtt-flows-publish', topic: '', topicType: 'str' },
  ];
  const uses = nodes.flatMap((node) => topicUses(node));
  const filters = uses.flatMap(({ pattern }) => pattern ?? []);
  const channels = uses.map((use) => ({
    use,
    label: `node ${use.node}`,
    seen: use.pattern ? seenOf(use.pattern) : { count: 0, topics: [] },
  }));
  const document = asyncApi('Home', [{ url: 'wss://user:secret@example.com:8884/path' }], channels);

  function seenOf(pattern: TopicPattern): SeenSurface['filters'][number] {
    const [found] = seen(tree, [patternText(pattern)]).filters;
    assert.ok(found);
    return found;
  }

  it('has a channel for each filter whose topics are known, with parameters for wildcards', () => {
    assert.equal(filters.length, 3);
    const { channels: made } = document as { channels: Record<string, { address: string; parameters?: object }> };
    assert.deepEqual(
      Object.values(made).map(({ address, parameters }) => [address, Object.keys(parameters ?? {})]),
      [
        ['home/{room}/t', ['room']],
        ['a/{rest}', ['rest']],
        ['home/{level2}/t', ['level2']],
      ],
    );
  });

  it('has a name for each parameter that AsyncAPI takes, whatever the wildcards are called', () => {
    const filter = '+gerät/+level3/+/+$id/+rest/#';
    const named = topicUses({ id: 's', type: 'mqtt-flows-subscribe', subscriptions: [{ filter }] });
    const made = asyncApi(
      'Home',
      [],
      named.map((use) => ({ use, label: 's', seen: { count: 0, topics: [] } })),
    );
    const [channel] = Object.values(
      (made as { channels: Record<string, { address: string; parameters: object }> }).channels,
    );
    assert.equal(channel?.address, '{ger_t}/{level3}/{level3-2}/{_id}/{rest}/{rest-2}');
    assert.deepEqual(Object.keys(channel.parameters), ['ger_t', 'level3', 'level3-2', '_id', 'rest', 'rest-2']);
  });

  it('has an operation for each node, seen from the flows', () => {
    const { operations } = document as { operations: Record<string, { action: string; title: string }> };
    assert.deepEqual(
      Object.values(operations).map(({ action, title }) => `${title} ${action}`),
      ['node s receive', 'node s receive', 'node p send'],
    );
  });

  it('has the payloads that were seen, and their schema', () => {
    const { channels: made } = document as { channels: Record<string, { messages: { message: object } }> };
    assert.deepEqual(Object.values(made)[0]?.messages.message, {
      payload: { type: 'object', properties: { t: { type: 'number' } }, required: ['t'] },
      examples: [{ name: 'home/hall/t', payload: { t: 21.5 } }],
    });
  });

  it('has the servers without user and password', () => {
    const { servers } = document as { servers: object };
    assert.deepEqual(servers, { server1: { host: 'example.com:8884', protocol: 'wss', pathname: '/path' } });
    assert.ok(!JSON.stringify(document).includes('secret'));
  });

  const addresses: readonly (readonly [string, object | undefined])[] = [
    ['user:secret@host:1884', { host: 'host:1884', protocol: 'mqtt' }],
    ['mqtt://user:secret@host', { host: 'host:1883', protocol: 'mqtt' }],
    ['MQTTS://user:secret@host', { host: 'host:8883', protocol: 'mqtts' }],
    ['mqtt://user:secret@part@host', { host: 'host:1883', protocol: 'mqtt' }],
    ['ssl://[fe80::1]:1884/', { host: '[fe80::1]:1884', protocol: 'mqtts' }],
    ['wss://host/mqtt?X-Amz-Signature=secret', { host: 'host:443', protocol: 'wss', pathname: '/mqtt' }],
    ['wss://host?signature=secret', { host: 'host:443', protocol: 'wss' }],
    ['wss://host/mqtt?username=me@here&password=secret', { host: 'host:443', protocol: 'wss', pathname: '/mqtt' }],
    ['mqtt+unix:///run/mqtt.sock', { host: 'mqtt+unix:///run/mqtt.sock', protocol: 'mqtt' }],
    ['mqtt://user:sec/ret@host', undefined],
    ['mqtt://user:secret@${HOST}:1883', { host: '${HOST}:1883', protocol: 'mqtt' }],
    ['mqtt://user:secret@${HOST}:${PORT}', undefined],
  ];
  for (const [url, server] of addresses) {
    it(`says of "${url}" how to reach the server, and nothing that is secret`, () => {
      const { servers } = asyncApi('Home', [{ url }], []) as { servers: object };
      assert.deepEqual(servers, server === undefined ? {} : { server1: server });
    });
  }

  it('refers to channels that are there', () => {
    const { channels: made, operations } = document as {
      channels: object;
      operations: Record<string, { channel: { $ref: string } }>;
    };
    for (const { channel } of Object.values(operations)) {
      assert.ok(channel.$ref.replace('#/channels/', '') in made, channel.$ref);
    }
  });
});
