// Which version of MQTT is used when the user leaves the choice open.

import assert from 'node:assert/strict';
import { VersionChoice } from '#src/connection/attempts/version-choice';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';

const REFUSED = new MqttFlowsError('protocol-version-refused', { stage: 'connack' });
const SILENT = new MqttFlowsError('connection-timeout', { stage: 'connack' });
const LOST = new MqttFlowsError('connection-lost', { stage: 'connected' });
const MUTE = new MqttFlowsError('closed-without-answer', { stage: 'connack' });

describe('connection/attempts/version-choice', () => {
  it('a version that the user has chosen stays', () => {
    for (const version of [3, 4, 5] as const) {
      const choice = new VersionChoice(version);
      assert.equal(choice.failed(REFUSED), false);
      assert.equal(choice.version, version);
    }
  });

  it('MQTT 5 is tried first, and 3.1.1 at once when the server refuses it', () => {
    const choice = new VersionChoice('auto');
    assert.equal(choice.version, 5);
    assert.equal(choice.failed(REFUSED), true);
    assert.equal(choice.version, 4);
    assert.equal(choice.failed(REFUSED), false, 'a server that refuses both is waited for');
  });

  it('a server that closes without an answer is tried with 3.1.1 once, and then with MQTT 5 again', () => {
    const choice = new VersionChoice('auto');
    assert.equal(choice.failed(MUTE), true);
    assert.equal(choice.version, 4);
    assert.equal(choice.failed(MUTE), false, 'it may be starting: the next attempt waits');
    assert.equal(choice.version, 5);
  });

  it('a server that does not answer CONNECT in time is tried with 3.1.1 once, and then with MQTT 5 again', () => {
    const choice = new VersionChoice('auto');
    assert.equal(choice.failed(SILENT), true);
    assert.equal(choice.version, 4);
  });

  it('a server that was silent once and accepted 3.1.1 is tried with MQTT 5 once more, when that connection is lost', () => {
    const choice = new VersionChoice('auto');
    choice.failed(MUTE);
    choice.accepted();
    assert.equal(choice.failed(LOST), false, 'the next attempt waits as after any loss');
    assert.equal(choice.version, 5);
    choice.accepted();
    assert.equal(choice.failed(LOST), false);
    assert.equal(choice.version, 5, 'it had only been starting');
  });

  it('a server that is silent again stays at 3.1.1', () => {
    const choice = new VersionChoice('auto');
    choice.failed(MUTE);
    choice.accepted();
    choice.failed(LOST);
    assert.equal(choice.failed(SILENT), true);
    choice.accepted();
    for (const error of [LOST, MUTE, SILENT]) {
      assert.equal(choice.failed(error), false);
      assert.equal(choice.version, 4);
    }
  });

  it('other failures in between decide nothing', () => {
    const choice = new VersionChoice('auto');
    choice.failed(MUTE);
    choice.accepted();
    choice.failed(LOST);
    assert.equal(choice.failed(new MqttFlowsError('connection-refused', { stage: 'tcp' })), false);
    assert.equal(choice.version, 5);
  });

  it('a server that has refused MQTT 5 is not tried with it again', () => {
    const choice = new VersionChoice('auto');
    choice.failed(REFUSED);
    choice.accepted();
    assert.equal(choice.failed(LOST), false);
    assert.equal(choice.version, 4);
  });

  it('a server that refuses a version that it accepted before is taken for another server', () => {
    const choice = new VersionChoice('auto');
    choice.accepted();
    assert.equal(choice.failed(REFUSED), true);
    assert.equal(choice.version, 4);
    choice.accepted();
    assert.equal(choice.failed(REFUSED), false);
    assert.equal(choice.version, 5);
  });

  it('other failures say nothing about the version', () => {
    const choice = new VersionChoice('auto');
    for (const code of ['connection-refused', 'credentials-refused'] as const) {
      assert.equal(choice.failed(new MqttFlowsError(code, { stage: 'connack' })), false);
    }
    for (const stage of ['tcp', 'tls'] as const) {
      assert.equal(choice.failed(new MqttFlowsError('connection-timeout', { stage })), false);
    }
    assert.equal(choice.version, 5);
  });
});
