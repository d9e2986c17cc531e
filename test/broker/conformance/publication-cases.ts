// Properties, options of subscriptions and aliases of MQTT 5: cases of Eclipse Paho's interoperability suite, in our words.

import assert from 'node:assert/strict';
import type { Received, TestClient } from '../broker-bench';
import { type Case, type Message, qualities, type Trial } from './trial';

type Properties = Received<'publish'>['properties'];

async function unsubscribe(trial: Trial): Promise<void> {
  const client = await trial.client('b');
  const topics = ['TopicA', 'TopicA/B', 'Topic/C'].map((topic) => trial.topic(topic));
  for (const topic of topics) await client.subscribe(topic, { qos: 2 });
  client.send({ cmd: 'unsubscribe', messageId: 88, unsubscriptions: topics.slice(0, 1) });
  await client.next('unsuback');
  const publisher = await trial.client('a');
  for (const topic of topics) await publisher.publish(topic, topic, { qos: 1 });
  const messages = await trial.messages(client, 2);
  assert.deepEqual(messages.map(({ topic }) => topic).toSorted(), topics.slice(1).toSorted());
}

/** Publishes at every QoS with these properties, and returns what comes back. */
async function withProperties(trial: Trial, properties: NonNullable<Properties>): Promise<Message[]> {
  const client = await trial.client('a');
  const topic = trial.topic('TopicA');
  await client.subscribe(topic, { qos: 2 });
  for (const qos of [0, 1, 2] as const) await client.publish(topic, '', { qos, properties });
  const messages = await trial.messages(client, 3);
  assert.deepEqual(qualities(messages), [0, 1, 2]);
  return messages;
}

async function userProperties(trial: Trial): Promise<void> {
  for (const { properties } of await withProperties(trial, { userProperties: { a: '2', c: '3' } })) {
    assert.deepEqual({ ...properties?.userProperties }, { a: '2', c: '3' });
  }
}

async function payloadFormat(trial: Trial): Promise<void> {
  const given = { payloadFormatIndicator: true, contentType: 'My name' };
  for (const { properties } of await withProperties(trial, given)) {
    assert.deepEqual([properties?.payloadFormatIndicator, properties?.contentType], [true, 'My name']);
  }
}

async function noLocal(trial: Trial): Promise<void> {
  const [a, b] = [await trial.client('a'), await trial.client('b')];
  for (const client of [a, b]) await client.subscribe(trial.topic('local'), { qos: 2, nl: true });
  await a.publish(trial.topic('local'), 'noLocal test', { qos: 1 });
  await trial.messages(b, 1);
  await trial.silence(a);
}

async function retainAsPublished(trial: Trial): Promise<void> {
  const client = await trial.client('c');
  await client.subscribe(trial.topic('published'), { qos: 2, rap: true });
  for (const retain of [false, true]) await client.publish(trial.topic('published'), 'x', { qos: 1, retain });
  const messages = await trial.messages(client, 2);
  assert.deepEqual(
    messages.map(({ retain }) => retain),
    [false, true],
  );
}

async function retainHandling(trial: Trial): Promise<void> {
  const publisher = await trial.client('d');
  for (const qos of [0, 1, 2] as const) await publisher.publish(trial.topic(`kept/${qos}`), 'x', { qos, retain: true });
  const filter = trial.topic('kept/+');
  const comes = async (client: TestClient, rh: number, count: number) => {
    await client.subscribe(filter, { qos: 2, rh });
    assert.deepEqual(qualities(await trial.messages(client, count)), [0, 1, 2].slice(0, count));
  };
  const first = await trial.client('e');
  await comes(first, 1, 3);
  await comes(first, 1, 0);
  const never = await trial.client('f');
  await comes(never, 2, 0);
  await comes(never, 2, 0);
  const always = await trial.client('g');
  await comes(always, 0, 3);
  await comes(always, 0, 3);
}

async function subscribeOptions(trial: Trial): Promise<void> {
  await noLocal(trial);
  await retainAsPublished(trial);
  await retainHandling(trial);
}

/** mqtt-packet gives a number for one, and a list for several. */
function identifiersOf({ properties }: Message): number[] {
  return [properties?.subscriptionIdentifier ?? []].flat().toSorted();
}

async function subscriptionIdentifiers(trial: Trial): Promise<void> {
  const topic = trial.topic('TopicA');
  const a = await trial.client('a');
  await a.subscribe(topic, { qos: 2, identifier: 456_789 });
  const b = await trial.client('b');
  await b.subscribe(topic, { qos: 2, identifier: 2 });
  await b.subscribe(`${topic}/#`, { qos: 2, identifier: 3 });
  await b.publish(topic, 'sub identifier test', { qos: 1 });
  const [one] = await trial.messages(a, 1);
  assert.deepEqual(one && identifiersOf(one), [456_789]);
  const [both] = await trial.messages(b, 1);
  assert.deepEqual(both && identifiersOf(both), [2, 3]);
}

async function requestResponse(trial: Trial): Promise<void> {
  const topic = trial.topic('TopicA');
  const [a, b] = [await trial.client('a'), await trial.client('b')];
  for (const client of [a, b]) await client.subscribe(topic, { qos: 2, nl: true });
  const properties = { responseTopic: topic, correlationData: Buffer.from('334') };
  await a.publish(topic, 'request', { qos: 1, properties });
  const [request] = await trial.messages(b, 1);
  assert.equal(request?.properties?.responseTopic, topic);
  assert.equal(request?.properties?.correlationData?.toString(), '334');
  await b.publish(topic, 'response', { qos: 1, properties });
  await trial.messages(a, 1);
}

/** An alias of 0 ends the connection, as does one that an earlier connection has named. */
async function clientTopicAlias(trial: Trial): Promise<void> {
  const topic = trial.topic('TopicA');
  const zero = await trial.client('a');
  const wrong = { qos: 1, properties: { topicAlias: 0 }, retain: false, dup: false } as const;
  zero.send({ cmd: 'publish', topic, payload: 'topic alias 0', messageId: 5, ...wrong });
  await zero.next('disconnect');

  const session = { properties: { topicAliasMaximum: 0, sessionExpiryInterval: 99_999 } };
  const { client, connack } = await trial.connect('a', session);
  if (!connack.properties?.topicAliasMaximum) return;
  await client.subscribe(topic, { qos: 2 });
  const properties = { topicAlias: 1 };
  await client.publish(topic, 'topic alias 1', { qos: 1, properties });
  await client.publish('', 'topic alias 2', { qos: 1, properties });
  await trial.messages(client, 2);
  await client.disconnect();

  const again = await trial.client('a', { ...session, clean: false });
  await again.publish(topic, 'topic alias 3', { qos: 1 });
  await trial.messages(again, 1);
  const unknown = { qos: 1, properties, retain: false, dup: false } as const;
  again.send({ cmd: 'publish', topic: '', payload: 'topic alias 4', messageId: 6, ...unknown });
  await again.next('disconnect');
}

async function serverTopicAlias(trial: Trial): Promise<void> {
  const topic = trial.topic('TopicA');
  for (const [name, topicAliasMaximum] of [
    ['a', 1],
    ['b', undefined],
    ['c', 0],
  ] as const) {
    const client = await trial.client(
      name,
      topicAliasMaximum === undefined ? {} : { properties: { topicAliasMaximum } },
    );
    await client.subscribe(topic, { qos: 2 });
    for (const qos of [0, 1, 2] as const) await client.publish(topic, 'topic alias 1', { qos });
    const found = (await trial.messages(client, 3)).map((each) => [each.topic, each.properties?.topicAlias]);
    if (topicAliasMaximum === 1) {
      assert.deepEqual(found, [
        [topic, 1],
        ['', 1],
        ['', 1],
      ]);
    } else {
      assert.deepEqual(found, Array(3).fill([topic, undefined]));
    }
    await client.disconnect();
  }
}

async function maximumPacketSize(trial: Trial): Promise<void> {
  const topic = trial.topic('A');
  const { client: first, connack } = await trial.connect('a');
  const most = connack.properties?.maximumPacketSize ?? 2 ** 28 - 1;
  if (most < 65_535) {
    const publication = { qos: 0, retain: false, dup: false, topic } as const;
    first.send({ cmd: 'publish', payload: Buffer.alloc(most, '.'), ...publication });
    assert.equal((await first.next('disconnect')).reasonCode, 0x95);
  }
  const client = await trial.client('b', { properties: { maximumPacketSize: 64 } });
  await client.subscribe(topic, { qos: 2 });
  // As much as there is room for beside the topic.
  await client.publish(topic, '.'.repeat(64 - topic.length - 6));
  await trial.messages(client, 1);
  await client.publish(topic, '.'.repeat(64), { qos: 1 });
  await trial.silence(client);
}

async function sharedSubscriptions(trial: Trial): Promise<void> {
  const [a, b] = [await trial.client('a'), await trial.client('b')];
  for (const client of [a, b]) {
    await client.subscribe(`$share/sharename/${trial.topic('x')}`, { qos: 2 });
    await client.subscribe(trial.topic('TopicA'), { qos: 2 });
  }
  await b.publish(trial.topic('TopicA'), 'for both');
  for (const client of [a, b]) await trial.messages(client, 1);
  await b.publish(trial.topic('x'), 'for one');
  await trial.pass(1);
  const found = [a, b].flatMap(({ packets }) => packets.all.filter(({ cmd }) => cmd === 'publish'));
  assert.equal(found.length, 3);
}

export const PUBLICATION_CASES: Readonly<Record<string, Case>> = {
  unsubscribe: { title: 'sends nothing more by a filter after UNSUBSCRIBE', run: unsubscribe },
  user_properties: { title: 'passes user properties on', run: userProperties },
  payload_format: { title: 'passes content type and payload format on', run: payloadFormat },
  subscribe_options: { title: 'keeps to No Local, Retain As Published and Retain Handling', run: subscribeOptions },
  subscribe_identifiers: { title: 'says by which subscriptions a message comes', run: subscriptionIdentifiers },
  request_response: { title: 'passes response topic and correlation data on', run: requestResponse },
  client_topic_alias: { title: 'takes topic aliases for one connection', run: clientTopicAlias },
  server_topic_alias: { title: 'uses as many topic aliases as a client takes', run: serverTopicAlias },
  maximum_packet_size: { title: 'sends no larger packet than a client takes', run: maximumPacketSize },
  shared_subscriptions: { title: 'gives a message to one of those who share', run: sharedSubscriptions },
};
