// The status of a connection on a node.

import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import { systemClock } from '#src/connection/clock';
import type { ConnectionState } from '#src/connection/connection-state';
import { type ErrorCode, MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { attemptStatus, connectionStatus } from '#src/runtime/node/node-status';
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

  it('says when the next attempt is, unless that is near', () => {
    const translated = (key: string, values: Record<string, string>): string =>
      (texts.get(key.replace(/^.*:/, '')) ?? key).replace(/__(\w+)__/g, (_all, name: string) => values[name] ?? '');
    // It uses nothing else of Node-RED.
    const RED = { _: translated } as unknown as NodeAPI;
    const clock = { ...systemClock, now: () => 1000, wall: () => new Date(2026, 0, 1, 20, 14, 0).getTime() };
    const shown = (code: ErrorCode, wait: number): string => {
      const error = new MqttFlowsError(code, { stage: 'tcp' });
      return (
        attemptStatus(RED, { kind: 'waiting', error, attempt: 1, nextAt: 1000 + wait, server: 'a' }, clock).text ?? ''
      );
    };
    assert.equal(shown('connection-refused', 65_000), 'port closed ↻ 20:15:05');
    assert.match(shown('connection-refused', 9999), /:status\.connection-refused$/);
    assert.equal(shown('connection-lost', 65_000), 'node-red:common.status.disconnected', 'which flows compare');
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
