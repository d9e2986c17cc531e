// What the dialog says of a value while no message has come.

import assert from 'node:assert/strict';
import { trialWait } from '#src/core/reports/value-trial';

describe('core/reports/value-trial', () => {
  const server = 'broker:1883';
  const error = { code: 'connection-refused', stage: 'tcp', params: {} } as const;

  it('a connection that looks at messages is being made at first', () => {
    assert.equal(trialWait({ kind: 'connecting', server, stage: 'tcp', attempt: 1 }), 'connecting');
    assert.equal(trialWait({ kind: 'connected', server, protocolVersion: 5 }), 'waiting');
  });

  it('there is none after an attempt has failed, also during the next ones', () => {
    assert.equal(trialWait({ kind: 'waiting', server, error, attempt: 2, wait: 1000 }), 'notConnected');
    assert.equal(trialWait({ kind: 'connecting', server, stage: 'tcp', attempt: 2 }), 'notConnected');
  });

  it('there can be none without a deployed broker node', () => {
    assert.equal(trialWait({ kind: 'absent' }), 'notDeployed');
  });
});
