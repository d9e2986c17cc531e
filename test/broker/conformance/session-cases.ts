// Sessions, wills, expiry and flow control of MQTT 5: cases of Eclipse Paho's interoperability suite, in our words.

import assert from 'node:assert/strict';
import { type Case, KEEP_ALIVE_OF_THE_SERVER, type Trial } from './trial';

async function sessionExpiry(trial: Trial): Promise<void> {
  const present = async (clean: boolean, sessionExpiryInterval: number, expected: boolean) => {
    const { client, connack } = await trial.connect('a', { clean, properties: { sessionExpiryInterval } });
    assert.equal(connack.sessionPresent, expected, `expiry ${sessionExpiryInterval}`);
    return client;
  };
  const leaves = async (clean: boolean, expiry: number, expected: boolean) => {
    const client = await present(clean, expiry, expected);
    await client.subscribe(trial.topic('TopicA'), { qos: 2 });
    await client.disconnect();
  };
  await leaves(true, 0, false);
  await leaves(false, 0, false);
  await leaves(true, 5, false);
  await trial.pass(2);
  await leaves(false, 5, true);
  await trial.pass(7);
  await leaves(false, 5, false);
  const longer = await present(true, 1, false);
  await longer.subscribe(trial.topic('TopicA'), { qos: 2 });
  await longer.disconnect(0, { sessionExpiryInterval: 5 });
  await trial.pass(3);
  const over = await present(false, 1, true);
  await over.disconnect(0, { sessionExpiryInterval: 0 });
  await leaves(false, 1, false);
}

async function publicationExpiry(trial: Trial): Promise<void> {
  const topic = trial.topic('TopicA');
  const absent = await trial.client('b', { properties: { sessionExpiryInterval: 99_999 } });
  await absent.subscribe(topic, { qos: 2 });
  await absent.disconnect(0, { sessionExpiryInterval: 999_999_999 });
  const publisher = await trial.client('a');
  for (const [messageExpiryInterval, qos] of [
    [1, 1],
    [1, 2],
    [6, 1],
    [6, 2],
  ] as const) {
    await publisher.publish(topic, `${messageExpiryInterval} s`, { qos, properties: { messageExpiryInterval } });
  }
  await trial.pass(3);
  const client = await trial.client('b', { clean: false });
  for (const { payload, properties } of await trial.messages(client, 2)) {
    assert.equal(payload.toString(), '6 s');
    assert.ok((properties?.messageExpiryInterval ?? 6) < 6);
  }
}

async function assignedClientId(trial: Trial): Promise<void> {
  const client = trial.open();
  client.connect('', { clean: true });
  assert.notEqual((await client.next('connack')).properties?.assignedClientIdentifier ?? '', '');
}

async function serverKeepAlive(trial: Trial): Promise<void> {
  const { connack } = await trial.connect('a', { keepalive: 120 });
  assert.equal(connack.properties?.serverKeepAlive, KEEP_ALIVE_OF_THE_SERVER);
}

/** The client says how much it takes at a time. */
async function flowControlOfClient(trial: Trial): Promise<void> {
  const client = await trial.client('a', { properties: { receiveMaximum: 2, sessionExpiryInterval: 0 } });
  client.acknowledges = false;
  const topic = trial.topic('TopicA');
  await client.subscribe(topic, { qos: 2 });
  for (const text of ['1', '2', '3']) await client.publish(topic, text, { qos: 1 });
  const [first, second] = [await client.next('publish'), await client.next('publish')];
  assert.deepEqual([first.qos, second.qos], [1, 1]);
  await trial.silence(client);
  client.send({ cmd: 'puback', messageId: first.messageId ?? 0 });
  assert.equal((await client.next('publish')).payload.toString(), '3');
}

/** The server says how much it takes at a time, and means it. */
async function flowControlOfServer(trial: Trial): Promise<void> {
  const { client, connack } = await trial.connect('a', { properties: { sessionExpiryInterval: 0 } });
  const most = connack.properties?.receiveMaximum ?? 65_535;
  const publication = { cmd: 'publish', qos: 2, retain: false, dup: false, payload: 'x' } as const;
  for (let messageId = 1; messageId <= Math.min(most + 1, 65_535); messageId++) {
    client.send({ ...publication, topic: trial.topic('TopicA'), messageId });
  }
  assert.equal((await client.next('disconnect')).reasonCode, 0x93);
}

async function willDelay(trial: Trial): Promise<void> {
  const topic = trial.topic('TopicA');
  for (const { delay, expiry, after } of [
    { delay: 3, expiry: 5, after: 3 },
    { delay: 5, expiry: 0, after: 0 },
    { delay: 5, expiry: 2, after: 2 },
  ]) {
    const will = { topic, payload: Buffer.from('will'), qos: 0 as const, retain: false };
    const client = await trial.client(`a${expiry}`, {
      properties: { sessionExpiryInterval: expiry },
      will: { ...will, properties: { willDelayInterval: delay } },
    });
    const other = await trial.client(`b${expiry}`);
    await other.subscribe(topic, { qos: 2 });
    client.drop();
    if (after > 0) {
      // Not at once; servers look once a second.
      await trial.pass(after - 1.5);
      await trial.silence(other);
    }
    await trial.pass(3);
    await trial.messages(other, 1);
    await other.disconnect();
  }
}

export const SESSION_CASES: Readonly<Record<string, Case>> = {
  session_expiry: { title: 'keeps a session for as long as was said, and no longer', run: sessionExpiry },
  publication_expiry: {
    title: 'delivers nothing that has expired, and says what is left of the others',
    run: publicationExpiry,
  },
  assigned_clientid: { title: 'says which identifier it has given', run: assignedClientId },
  server_keep_alive: { title: 'says its own keep-alive', run: serverKeepAlive },
  flow_control1: { title: 'sends no more at a time than a client takes', run: flowControlOfClient },
  flow_control2: { title: 'takes no more at a time than it has said', run: flowControlOfServer },
  will_delay: { title: 'publishes a will after its delay or with the end of its session', run: willDelay },
};
