// What an attempt needs before it can open a stream: options that come late, fail, or come too late; and other targets.

import assert from 'node:assert/strict';
import { Connection } from '#src/connection/connection';
import type { AttemptOptions, ConnectionSettings } from '#src/connection/connection-settings';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { failed, found, type Result } from '#src/core/errors/result';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { FakeNetwork } from '../helpers/fakes/fake-transport';
import { failure } from './publications';

const TIMEOUT = 15_000;
const DELAY = 1000;

describe('connection/attempt options', () => {
  let clock: FakeClock;
  let network: FakeNetwork;
  let answers: ((answer: Result<AttemptOptions>) => void)[];
  let connection: Connection;

  const endpoints = (name: string): ConnectionSettings['endpoints'] => [
    { name, open: () => Promise.reject(failure()) },
  ];
  const options = (clientId: string): AttemptOptions => ({ clientId, keepalive: 60, cleanStart: true });
  const unreadable = (): MqttFlowsError => new MqttFlowsError('secret-file-unreadable', { stage: 'config' });

  /** Answers the latest request, and lets the connection handle the answer. */
  async function answer(value: Result<AttemptOptions>): Promise<void> {
    answers.at(-1)?.(value);
    await Promise.resolve();
  }

  beforeEach(() => {
    clock = new FakeClock();
    network = new FakeNetwork();
    answers = [];
    connection = new Connection(
      {
        endpoints: endpoints('server'),
        protocolVersion: 'auto',
        connectOptions: () => new Promise((resolve) => answers.push(resolve)),
        connectTimeout: TIMEOUT,
        reconnect: { minDelay: DELAY, maxDelay: DELAY },
        outbox: { maxMessages: 10, maxBytes: 1000, overflow: 'reject' },
        messages: {},
      },
      { openTransport: network.openTransport, clock, random: () => 0.999, report: () => {} },
    );
    connection.connect();
  });

  it('are read before a stream is opened', async () => {
    assert.equal(connection.state.kind, 'connecting');
    assert.equal(network.transports.length, 0);
    await answer(found(options('late')));
    assert.equal(network.latest.options.clientId, 'late');
    network.latest.connect();
    assert.equal(connection.state.kind, 'connected');
  });

  it('that cannot be read make the attempt fail, and are read again for the next one', async () => {
    await answer(failed(unreadable()));
    const { state } = connection;
    assert.ok(state.kind === 'waiting');
    assert.deepEqual([state.error.code, state.error.stage], ['secret-file-unreadable', 'config']);
    assert.equal(network.transports.length, 0);
    clock.advance(DELAY);
    await answer(found(options('second')));
    assert.equal(network.latest.options.clientId, 'second');
  });

  it('that do not arrive in time are a timeout, and open no stream when they arrive later', async () => {
    clock.advance(TIMEOUT);
    assert.equal(connection.state.kind, 'waiting');
    await answer(found(options('late')));
    assert.equal(network.transports.length, 0);
  });

  for (const [what, end] of [
    ['disconnect', (): Promise<unknown> => connection.disconnect()],
    ['close', (): Promise<unknown> => connection.close()],
  ] as const) {
    it(`that arrive after ${what}() open no stream`, async () => {
      const ended = end();
      await answer(found(options('late')));
      await ended;
      assert.equal(network.transports.length, 0);
      assert.equal(clock.pending, 0);
    });
  }

  it('are those of the new target once it is set', async () => {
    await connection.disconnect();
    connection.retarget({ endpoints: endpoints('other'), protocolVersion: 4, messages: {} });
    connection.connect();
    await answer(found(options('c')));
    assert.equal(network.latest.options.protocolVersion, 4);
    network.latest.connect();
    const { state } = connection;
    assert.ok(state.kind === 'connected');
    assert.equal(state.server, 'other');
  });
});
