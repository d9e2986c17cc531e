// The status of a connection on a node.

import assert from 'node:assert/strict';
import type { ConnectionState } from '#src/connection/connection-state';
import { type ErrorCode, MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { connectionStatus } from '#src/runtime/node/node-status';
import { serverInfo } from '../helpers/fakes/fake-transport';
import { catalogue } from '../helpers/package/catalogues';

const CONNECTING = 'node-red:common.status.connecting';

describe('runtime/connection status', () => {
  const texts = catalogue('en-US', 'broker');

  function shownAt(attempt: number): string | undefined {
    const { text = '' } = connectionStatus({ kind: 'connecting', stage: 'tcp', attempt, server: 'a:1883' });
    return texts.get(text.replace(/^.*:/, '')) ?? text;
  }

  it('distinguishes the first attempt from further ones, and counts those', () => {
    assert.deepEqual([1, 2, 3, 9].map(shownAt), [CONNECTING, 'attempt 2', 'attempt 3', 'attempt 9']);
  });

  it('stops counting at a limit', () => {
    assert.deepEqual([10, 11, 100_000].map(shownAt), ['attempt 10+', 'attempt 10+', 'attempt 10+']);
  });

  it('shows connecting after a lost connection, too', () => {
    assert.equal(shownAt(0), CONNECTING);
  });

  it('has the keys of Node-RED for connected and disconnected, which flows compare', () => {
    const shown = (state: ConnectionState): string => connectionStatus(state).text ?? '';
    const waiting = (code: ErrorCode): ConnectionState => {
      const error = new MqttFlowsError(code, { stage: 'connected' });
      return { kind: 'waiting', error, attempt: 1, nextAt: 0, server: 'a' };
    };
    assert.equal(shown({ kind: 'connected', info: serverInfo(), server: 'a' }), 'node-red:common.status.connected');
    const gone: ConnectionState[] = [
      { kind: 'idle' },
      { kind: 'closing' },
      { kind: 'closed' },
      waiting('connection-lost'),
    ];
    assert.deepEqual(new Set(gone.map(shown)), new Set(['node-red:common.status.disconnected']));
    assert.match(shown(waiting('host-unknown')), /:status\.host-unknown$/);
  });
});
