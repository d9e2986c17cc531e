// A connection that is made only to test it: its time limit, and how it ends.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { type Trial, type TrialResult, tryConnection } from '#src/connection/attempts/try-connection';
import { systemClock } from '#src/connection/clock';
import type { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { FakeNetwork } from '../helpers/fakes/fake-transport';
import { collectGarbage } from '../helpers/process/heap';
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

  function start(protocolVersion: 'auto' | 5 = 'auto', changes: Partial<Trial> = {}): Promise<TrialResult> {
    const options = { clientId: 'test', keepalive: 60, cleanStart: true };
    const { openTransport } = network;
    const trial = { endpoint: endpoint('server'), options, protocolVersion, connectTimeout: TIMEOUT };
    return tryConnection(
      { ...trial, openTransport, clock, ...changes },
      { attempt: (version) => versions.push(version), stage() {}, learnt() {}, connected() {} },
      stop.signal,
    );
  }

  async function failure(result: Promise<TrialResult>): Promise<Pick<MqttFlowsError, 'code' | 'stage' | 'params'>> {
    const { ok, ...rest } = await result;
    assert.equal(ok, false);
    assert.ok('error' in rest);
    const { code, stage, params } = rest.error;
    return { code, stage, params };
  }

  it('ends after the time limit of the settings, and names it', async () => {
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

  it('tries 3.1.1 with the same time limit when MQTT 5 is not answered', async () => {
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

  it('ends when its request is aborted, and then tries no other version', async () => {
    const result = start();
    network.latest.stage('connack');
    stop.abort();
    assert.deepEqual(await failure(result), { code: 'connection-closed', stage: 'connack', params: {} });
    assert.equal(network.latest.destroyed, true);
    assert.deepEqual(versions, [5]);
    assert.equal(clock.pending, 0);
  });

  it('ends at once when its request was aborted before', async () => {
    stop.abort();
    assert.equal((await failure(start())).code, 'connection-closed');
    assert.equal(network.latest.destroyed, true);
    assert.equal(clock.pending, 0);
  });

  for (const [how, end] of [
    ['well', () => network.latest.connect()],
    ['badly', () => clock.advance(TIMEOUT)],
  ] as const) {
    it(`leaves no timer, and no listener at its asker, when it ends ${how} by itself`, async () => {
      const result = start(5);
      assert.equal(getEventListeners(stop.signal, 'abort').length, 1);
      end();
      await result;
      assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
      assert.equal(clock.pending, 0);
    });
  }

  it('keeps its time limit over a garbage collection', async () => {
    // Between turns of the event loop, when nothing on the stack holds the trial. AbortSignal.timeout() fails here.
    const collecting = setInterval(collectGarbage, 10);
    try {
      const result = start(5, { clock: systemClock, connectTimeout: 200 });
      assert.equal((await failure(result)).code, 'connection-timeout');
    } finally {
      clearInterval(collecting);
    }
  });
});
