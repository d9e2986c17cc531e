// A list of users: who is let in, what each may publish and read, what changes when the list does, and how logins that
// fail are slowed down.

import assert from 'node:assert/strict';
import type { PasswordAttempt, PasswordCheck } from '#src/broker/access/user-access';
import { UserAccess } from '#src/broker/access/user-access';
import {
  type BrokerUser,
  EVERYTHING,
  OPEN_DIRECTORY,
  type Rights,
  type UserDirectory,
} from '#src/broker/access/user-directory';
import type { Refusal } from '#src/broker/clients/broker-listener';
import { parseTopicPermission, type TopicPermission } from '#src/core/topics/topic-permission';
import { BenchClock, BrokerBench, type TestClient } from './broker-bench';

function permissions(...texts: readonly string[]): TopicPermission[] {
  return texts.map((text) => {
    const parsed = parseTopicPermission(text);
    assert.ok(parsed.ok, text);
    return parsed.permission;
  });
}

function rights(publish: readonly string[], subscribe: readonly string[]): Rights {
  return { all: false, publish: permissions(...publish), subscribe: permissions(...subscribe) };
}

function user(password: string, given: Rights = EVERYTHING): BrokerUser {
  return { login: { kind: 'hash', hash: password }, rights: given };
}

function directory(users: Readonly<Record<string, BrokerUser>>, anonymous?: Rights): UserDirectory {
  return { users: new Map(Object.entries(users)), anonymous };
}

/** Takes the hash of a password for the password. */
class PlainPasswords implements PasswordCheck {
  verified = 0;
  readonly #right = new Set<string>();

  remembers(attempt: PasswordAttempt): boolean {
    return this.#right.has(this.#key(attempt));
  }

  async verify(attempt: PasswordAttempt): Promise<'right' | 'wrong'> {
    this.verified++;
    await new Promise((resolve) => setImmediate(resolve));
    const { login, password } = attempt;
    if (login?.kind !== 'hash' || login.hash !== password.toString()) return 'wrong';
    this.#right.add(this.#key(attempt));
    return 'right';
  }

  #key({ address, clientId, username, password, login }: PasswordAttempt): string {
    return JSON.stringify([address, clientId, username, password.toString(), login]);
  }
}

describe('broker: users', () => {
  let bench: BrokerBench;
  let access: UserAccess;
  let passwords: PlainPasswords;
  let clock: BenchClock;
  let refusals: Refusal[];

  async function start(users: UserDirectory): Promise<void> {
    clock = new BenchClock();
    passwords = new PlainPasswords();
    refusals = [];
    access = new UserAccess({
      directory: users,
      passwords,
      now: clock.now,
      after: (delay, task) => clock.after(delay, task),
    });
    bench = await BrokerBench.start({
      access: {
        authenticate: (attempt) => access.authenticate(attempt),
        mayPublish: (client, topic) => access.mayPublish(client, topic),
        reading: (client, filter) => access.reading(client, filter),
        mayReceive: (client, topic) => access.mayReceive(client, topic),
      },
      clock,
      listener: { refused: (refusal) => void refusals.push(refusal) },
    });
  }

  function replace(users: UserDirectory): void {
    bench.broker.accessChanged(access.replace(users));
  }

  function login(username: string, password: string): { username: string; password: Buffer } {
    return { username, password: Buffer.from(password) };
  }

  /** The reason code of CONNACK. */
  async function answer(client: TestClient): Promise<number> {
    const { reasonCode, returnCode } = await client.next('connack');
    return reasonCode ?? returnCode ?? -1;
  }

  /** All that is ready has run. */
  async function settled(): Promise<void> {
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** As answer(), of a refusal that may be held back. */
  async function heldAnswer(client: TestClient): Promise<number> {
    const told = answer(client);
    await settled();
    clock.advance(9);
    return told;
  }

  function attempt(clientId: string, options: object, version: 4 | 5 = 5): TestClient {
    const client = bench.open(version);
    client.connect(clientId, options);
    return client;
  }

  afterEach(() => bench.close());

  describe('who is let in', () => {
    it('users with the right password; others get 0x86 or 0x87, or 4 or 5 with MQTT 3.1.1', async () => {
      await start(directory({ ann: user('secret') }));
      assert.equal(await answer(attempt('right', login('ann', 'secret'))), 0);
      assert.equal(await answer(attempt('right4', login('ann', 'secret'), 4)), 0);
      for (const [options, five, four] of [
        [login('ann', 'wrong'), 0x86, 4],
        [login('nobody', 'secret'), 0x86, 4],
        [{ username: 'ann' }, 0x86, 4],
        [{}, 0x87, 5],
      ] as const) {
        assert.equal(await heldAnswer(attempt('wrong', options)), five);
        assert.equal(await heldAnswer(attempt('wrong4', options, 4)), four);
      }
    });

    it('everybody, if there are no users and anonymous clients may connect', async () => {
      await start(OPEN_DIRECTORY);
      await bench.connect('none');
      await bench.connect('named', login('any', 'thing'));
      assert.deepEqual(
        bench.broker.clients().map((client) => client.user),
        ['', 'any'],
      );
    });

    it('clients without a user name, if that is allowed, with rights of their own', async () => {
      await start(directory({ ann: user('secret') }, rights(['open/#'], ['open/#'])));
      const client = await bench.connect('none');
      assert.equal(await client.publish('open/a', 'x', { qos: 1 }), 0x10);
      assert.equal(await client.publish('other', 'x', { qos: 1 }), 0x87);
      assert.equal(await answer(attempt('wrong', login('ann', 'wrong'))), 0x86);
    });

    it('the user that a client certificate names, whatever CONNECT says, and no other', async () => {
      await start(directory({ lamp: { login: { kind: 'certificate' }, rights: EVERYTHING } }));
      const verdict = (name: string): unknown =>
        access.authenticate({
          clientId: 'c',
          protocolVersion: 5,
          username: 'other',
          password: undefined,
          origin: { address: '', local: false, certificateName: name },
        });
      assert.deepEqual(await verdict('lamp'), { ok: true, user: 'lamp' });
      assert.deepEqual(await verdict('stranger'), { ok: false, reasonCode: 0x87 });
      assert.equal(await answer(attempt('password', login('lamp', ''))), 0x86);
    });
  });

  describe('what a user may', () => {
    beforeEach(() =>
      start(
        directory({
          ann: user('a', rights(['home/{{username}}/#'], ['home/+/state', 'tele/{{clientid}}/#'])),
          admin: user('b', rights(['#'], ['#', '$SYS/#'])),
        }),
      ),
    );

    it('publish below its own name, and is refused elsewhere', async () => {
      const ann = await bench.connect('lamp', login('ann', 'a'));
      const admin = await bench.connect('admin', login('admin', 'b'));
      await admin.subscribe('#', { qos: 1 });
      assert.equal(await ann.publish('home/ann/state', 'on', { qos: 1 }), 0);
      assert.deepEqual(await admin.messages(1), ['home/ann/state=on']);
      assert.equal(await ann.publish('home/bob/state', 'on', { qos: 1 }), 0x87);
      assert.equal(await ann.publish('home/bob/state', 'on', { qos: 2 }), 0x87);
      await ann.publish('home/bob/state', 'on');
      await ann.quiet();
      await admin.quiet();
      assert.deepEqual(
        refusals.map(({ what, clientId, user: name, topic }) => [what, clientId, name, topic]),
        [['publish', 'lamp', 'ann', 'home/bob/state']],
      );
    });

    it('subscribe to what it may read, and is refused otherwise', async () => {
      const ann = await bench.connect('lamp', login('ann', 'a'));
      assert.equal(await ann.subscribe('home/kitchen/state'), 0);
      assert.equal(await ann.subscribe('tele/lamp/#'), 0);
      assert.equal(await ann.subscribe('tele/other/#'), 0x87);
      assert.equal(await ann.subscribe('$SYS/#'), 0x87);
      assert.equal(await ann.subscribe('$share/group/private'), 0x87);
      const old = await bench.connect('old', { ...login('ann', 'a'), protocolVersion: 4 });
      assert.equal(await old.subscribe('private'), 0x80);
      const admin = await bench.connect('admin', login('admin', 'b'));
      assert.equal(await admin.subscribe('$SYS/#'), 0);
    });

    it('get from a wider filter what it may read, including retained messages and shared subscriptions', async () => {
      const admin = await bench.connect('admin', login('admin', 'b'));
      await admin.publish('home/hall/state', 'kept', { qos: 1, retain: true });
      await admin.publish('home/hall/secret', 'kept', { qos: 1, retain: true });
      const ann = await bench.connect('lamp', login('ann', 'a'));
      assert.equal(await ann.subscribe('#', { qos: 1 }), 1);
      assert.deepEqual(await ann.messages(1), ['home/hall/state=kept']);
      assert.equal(await ann.subscribe('$share/g/home/#', { qos: 1 }), 1);
      await admin.publish('home/hall/secret', 'new', { qos: 1 });
      await admin.publish('tele/lamp/a', 'own', { qos: 1 });
      assert.deepEqual(await ann.messages(1), ['tele/lamp/a=own']);
      await admin.publish('home/hall/state', 'both', { qos: 1 });
      assert.deepEqual(await ann.messages(2), ['home/hall/state=both', 'home/hall/state=both']);
      await ann.quiet();
    });

    it('not get a shared publication that it may not read; another member gets it', async () => {
      const ann = await bench.connect('lamp', login('ann', 'a'));
      await ann.subscribe('$share/g/home/#');
      const admin = await bench.connect('admin', login('admin', 'b'));
      await admin.subscribe('$share/g/home/#');
      for (let count = 0; count < 3; count++) await admin.publish('home/hall/secret', String(count));
      assert.deepEqual(await admin.messages(3), ['home/hall/secret=0', 'home/hall/secret=1', 'home/hall/secret=2']);
      await ann.quiet();
    });

    it('not have a will on a topic that it may not publish to', async () => {
      const will = { topic: 'home/bob/state', payload: Buffer.from('gone'), qos: 0 as const, retain: false };
      assert.equal(await answer(attempt('lamp', { ...login('ann', 'a'), will })), 0x87);
    });
  });

  describe('when the users are replaced', () => {
    const before = { ann: user('a'), bob: user('b') };

    it('those whose login is unchanged stay connected, with their new rights', async () => {
      await start(directory(before));
      const ann = await bench.connect('ann', login('ann', 'a'));
      const bob = await bench.connect('bob', login('bob', 'b'));
      await ann.subscribe('#', { qos: 1 });
      replace(directory({ ann: user('a', rights([], ['open/#'])), bob: user('b') }));
      await bob.publish('secret', 'x', { qos: 1 });
      await bob.publish('open/a', 'x', { qos: 1 });
      assert.deepEqual(await ann.messages(1), ['open/a=x']);
      assert.equal(await ann.publish('open/a', 'x', { qos: 1 }), 0x87);
      await ann.quiet();
    });

    it('those whose password has changed, or who were removed, are disconnected', async () => {
      await start(directory({ ...before, eve: user('e') }));
      const clients = await Promise.all(
        ['ann', 'bob', 'eve'].map((name) => bench.connect(name, login(name, name.charAt(0)))),
      );
      const [ann, bob, eve] = clients as [TestClient, TestClient, TestClient];
      replace(directory({ ann: user('a'), bob: user('new') }));
      assert.equal((await bob.next('disconnect')).reasonCode, 0x87);
      assert.equal((await eve.next('disconnect')).reasonCode, 0x87);
      await Promise.all([bob.closed, eve.closed]);
      await ann.quiet();
    });

    it('wills that may no longer be published are dropped, and that is told', async () => {
      const wills = rights(['will/{{username}}'], []);
      await start(directory({ ann: user('a', wills), eve: user('e', wills), old: user('o', wills), bob: user('b') }));
      const bob = await bench.connect('bob', login('bob', 'b'));
      await bob.subscribe('will/#', { qos: 1 });
      const properties = { sessionExpiryInterval: 100 };
      const clients: TestClient[] = [];
      for (const name of ['ann', 'eve', 'old']) {
        const will = { topic: `will/${name}`, payload: Buffer.from('gone'), qos: 1, retain: true } as const;
        const delayed = { will: { ...will, properties: { willDelayInterval: name === 'old' ? 10 : 0 } }, properties };
        clients.push(await bench.connect(name, { ...login(name, name.charAt(0)), ...delayed }));
      }
      const [ann, eve, old] = clients as [TestClient, TestClient, TestClient];
      old.drop();
      await settled();
      // eve is removed, the others keep their login alone.
      const less = rights(['elsewhere'], []);
      replace(directory({ ann: user('a', less), old: user('o', less), bob: user('b') }));
      await eve.closed;
      ann.drop();
      await settled();
      clock.advance(11);
      await bob.quiet();
      assert.deepEqual(
        refusals.map(({ what, clientId, user: name, address, reasonCode, topic }) => [
          what,
          clientId,
          name,
          address,
          reasonCode,
          topic,
        ]),
        ['eve', 'ann', 'old'].map((name) => ['publish', name, name, '192.0.2.7', 0x87, `will/${name}`]),
      );
      const later = await bench.connect('later', login('bob', 'b'));
      await later.subscribe('will/#');
      await later.quiet();
    });

    it('the will of one whose password has changed is published, if it still may be', async () => {
      await start(directory({ ann: user('a'), bob: user('b') }));
      const bob = await bench.connect('bob', login('bob', 'b'));
      await bob.subscribe('will', { qos: 1 });
      const will = { topic: 'will', payload: Buffer.from('gone'), qos: 1, retain: false } as const;
      await bench.connect('ann', { ...login('ann', 'a'), will });
      replace(directory({ ann: user('new', rights(['will'], [])), bob: user('b') }));
      assert.deepEqual(await bob.messages(1), ['will=gone']);
      assert.deepEqual(refusals, []);
    });

    it('clients of an open broker are disconnected when a list of users comes', async () => {
      await start(OPEN_DIRECTORY);
      const none = await bench.connect('none');
      const named = await bench.connect('named', login('any', 'thing'));
      replace(directory(before));
      await Promise.all([none.closed, named.closed]);
    });

    it('queued publications that an absent client may no longer read are not delivered', async () => {
      await start(directory(before));
      const properties = { sessionExpiryInterval: 100 };
      const ann = await bench.connect('ann', { ...login('ann', 'a'), properties });
      await ann.subscribe('#', { qos: 1 });
      await ann.disconnect();
      const bob = await bench.connect('bob', login('bob', 'b'));
      await bob.publish('secret', 'early', { qos: 1 });
      await bob.publish('open/a', 'early', { qos: 1 });
      replace(directory({ ann: user('a', rights([], ['open/#'])), bob: user('b') }));
      await bob.publish('secret', 'late', { qos: 1 });
      const back = await bench.connect('ann', { ...login('ann', 'a'), clean: false, properties });
      assert.deepEqual(await back.messages(1), ['open/a=early']);
      await back.quiet();
    });
  });

  describe('logins that fail', () => {
    beforeEach(() => start(directory({ ann: user('a'), bob: user('b') })));

    async function failTimes(count: number): Promise<void> {
      for (let failed = 0; failed < count; failed++) {
        assert.equal(await heldAnswer(attempt('wrong', login('ann', 'wrong'))), 0x86);
      }
    }

    it('are answered with growing delays, while known clients of the same address connect at once', async () => {
      await failTimes(6);
      const guess = attempt('guess', login('ann', 'guess'));
      await bench.connect('bob', login('bob', 'b'));
      assert.equal(guess.packets.all.length, 0);
      clock.advance(3);
      assert.equal(await answer(guess), 0x86);
    });

    it('are limited to 20 at a time per address; beyond that only known clients are checked', async () => {
      await bench.connect('known', login('bob', 'b'));
      await failTimes(4);
      const guesses = Array.from({ length: 20 }, (_, index) => attempt(`guess${index}`, login('ann', String(index))));
      await settled();
      const { verified } = passwords;
      assert.equal(await answer(attempt('next', login('ann', 'a'))), 0x89);
      assert.equal(passwords.verified, verified);
      await bench.connect('known', login('bob', 'b'));
      clock.advance(9);
      for (const guess of guesses) assert.equal(await answer(guess), 0x86);
      await bench.connect('next', login('ann', 'a'));
    });
  });

  it('verifies the same login of a client once', async () => {
    await start(directory({ ann: user('a') }));
    for (let count = 0; count < 3; count++) await bench.connect('ann', login('ann', 'a'));
    assert.equal(passwords.verified, 1);
  });
});
