// Errors of the network as errors of ours.

import assert from 'node:assert/strict';
import { asMqttFlowsError, networkError } from '#src/transport/streams/network-error';

const ADDRESS = { host: 'press.plant', port: 1883 };

describe('transport/network error', () => {
  for (const [system, code, stage] of [
    ['ENOTFOUND', 'host-unknown', 'dns'],
    ['EAI_AGAIN', 'host-unknown', 'dns'],
    ['EHOSTUNREACH', 'host-unreachable', 'tcp'],
    ['ENETUNREACH', 'host-unreachable', 'tcp'],
    ['ECONNREFUSED', 'connection-refused', 'tcp'],
    ['EADDRNOTAVAIL', 'connection-failed', 'tcp'],
  ] as const) {
    it(`${system} is ${code}, and keeps the address and the name that the system has for it`, () => {
      const error = networkError(Object.assign(new Error('connect'), { code: system }), 'tcp', ADDRESS);
      assert.deepEqual([error.code, error.stage, error.params], [code, stage, { ...ADDRESS, reason: system }]);
    });
  }

  it('ETIMEDOUT names no time, since the system does not tell it', () => {
    const { code, params } = networkError(Object.assign(new Error('connect'), { code: 'ETIMEDOUT' }), 'tcp', ADDRESS);
    assert.deepEqual([code, params.timeKey], ['connection-timeout', 'waited.inTime']);
  });

  it('a thrown value that is no Error is kept as the reason', () => {
    const { code, params } = asMqttFlowsError('no route', 'tcp', ADDRESS);
    assert.deepEqual([code, params], ['connection-failed', { ...ADDRESS, reason: 'no route' }]);
  });
});
