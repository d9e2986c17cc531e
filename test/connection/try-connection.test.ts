// A connection that is made only to see whether it can be: how long it is waited for, and what is said then.

import assert from 'node:assert/strict';
import { type TrialResult, tryConnection } from '#src/connection/attempts/try-connection';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { FakeNetwork } from '../helpers/fakes/fake-transport';
import { endpoint, promisesKept } from './connection-bench';

const TIMEOUT = 30_000;

describe('connection/attempts/try-connection', () => {
  let clock: FakeClock;
  let network: FakeNetwork;
  let stop: AbortController;
  let versions: number[];
  beforeEach(() => {
    clock = new FakeClock();
    network = new FakeNetwork();
    stop = new AbortController();
    versions = [];
  });

  function start(protocolVersion: 'auto' | 5 = 'auto'): Promise<TrialResult> {
    const options = { clientId: 'test', keepalive: 60, cleanStart: true };
    const { openTransport } = network;
    const trial = { endpoint: endpoint('server'), options, protocolVersion, connectTimeout: TIMEOUT };
    return tryConnection(
      { ...trial, openTransport, clock },
      { attempt: (version) => versions.push(version), stage() {}, learnt() {}, connected() {} },
      stop.signal,
    );
  }

  async function failure(result: Promise<TrialResult>): Promise<object> {
    const { ok, ...rest } = await result;
    assert.equal(ok, false);
    assert.ok('error' in rest);
    const { code, stage, params } = rest.error;
    return { code, stage, params };
  }

  it('gives up after the time of the settings, and says how long that was', async () => {
    const result = start(5);
    network.latest.stage('connack');
    clock.advance(TIMEOUT - 1);
    assert.equal(network.latest.destroyed, false);
    clock.advance(1);
    assert.equal(network.latest.destroyed, true);
    const params = { seconds: 30, timeKey: 'waited.seconds' };
    assert.deepEqual(await failure(result), { code: 'connection-timeout', stage: 'connack', params });
    assert.equal(clock.pending, 0);
  });

  it('gives 3.1.1 the same time when nothing is said to MQTT 5', async () => {
    const result = start();
    network.latest.stage('connack');
    clock.advance(TIMEOUT);
    await promisesKept();
    network.latest.stage('connack');
    clock.advance(TIMEOUT - 1);
    network.latest.connect({ protocolVersion: 4 });
    assert.equal((await result).ok, true);
    assert.deepEqual(versions, [5, 4]);
    assert.equal(clock.pending, 0);
  });

  it('ends with its asker, and tries no other version then', async () => {
    const result = start();
    network.latest.stage('connack');
    stop.abort();
    assert.deepEqual(await failure(result), { code: 'connection-closed', stage: 'connack', params: {} });
    assert.equal(network.latest.destroyed, true);
    assert.deepEqual(versions, [5]);
    assert.equal(clock.pending, 0);
  });
});
