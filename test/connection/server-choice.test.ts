// Which of several servers is tried next, and how a server may influence that.

import assert from 'node:assert/strict';
import { ServerChoice } from '#src/connection/attempts/server-choice';
import type { Endpoint } from '#src/connection/connection-settings';
import type { ConnectionState } from '#src/connection/connection-state';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { ConnectionBench } from './connection-bench';
import { failure } from './publications';

function endpoint(host: string): Endpoint {
  return { name: host, address: { host, port: 1883 }, open: () => Promise.reject(failure()) };
}

function sent(reasonCode: 0x9c | 0x9d, serverReference?: string): MqttFlowsError {
  const params = serverReference === undefined ? {} : { serverReference };
  return new MqttFlowsError('another-server', { stage: 'connack', reasonCode, params });
}

function serverOf(state: ConnectionState): string | undefined {
  return state.kind === 'connected' ? state.server : undefined;
}

describe('connection/server choice', () => {
  const choice = (): ServerChoice => new ServerChoice([endpoint('a'), endpoint('b'), endpoint('c')], 'auto');

  function nextAfter(servers: ServerChoice, error: MqttFlowsError, stood = false): string {
    servers.failed(error, stood);
    return servers.current.name;
  }

  it('tries the servers in order, and starts again after the last', () => {
    const servers = choice();
    const names = [1, 2, 3, 4].map(() => nextAfter(servers, failure()));
    assert.deepEqual(names, ['b', 'c', 'a', 'b']);
  });

  it('starts with the first after a connection that lasted', () => {
    const servers = choice();
    nextAfter(servers, failure());
    assert.equal(nextAfter(servers, failure(), true), 'a');
  });

  it('follows a server reference to another server of the list', () => {
    const servers = choice();
    assert.equal(nextAfter(servers, sent(0x9c, 'c:1883')), 'c');
    assert.equal(nextAfter(servers, failure(), true), 'a');
  });

  it('remembers that a server has moved', () => {
    const servers = choice();
    assert.equal(nextAfter(servers, sent(0x9d, 'c'), true), 'c');
    assert.equal(nextAfter(servers, failure(), true), 'c');
    assert.equal(nextAfter(servers, failure()), 'a');
    servers.restart();
    assert.equal(servers.current.name, 'c');
  });

  for (const reference of ['evil.example', 'a:1883', undefined]) {
    it(`goes to the next server when sent to ${reference ?? 'nowhere'}`, () => {
      assert.equal(nextAfter(choice(), sent(0x9d, reference), true), 'b');
    });
  }

  it('stays with the only server there is', () => {
    assert.equal(nextAfter(new ServerChoice([endpoint('a')], 'auto'), sent(0x9d, 'evil.example')), 'a');
  });

  it('in a connection: what the server says is shown, and the other one is connected to', () => {
    const bench = new ConnectionBench({ endpoints: [endpoint('a'), endpoint('b'), endpoint('c')] });
    bench.connection.connect();
    bench.transport.lose(sent(0x9c, 'c'));
    assert.ok(bench.state.kind === 'waiting' && bench.state.error.code === 'another-server');
    bench.clock.advance(bench.state.nextAt - bench.clock.now());
    bench.transport.connect();
    assert.equal(serverOf(bench.state), 'c');
  });

  it('in a connection: a server that knows MQTT 3.1.1 only takes over from one that knows MQTT 5', () => {
    const bench = new ConnectionBench({ endpoints: [endpoint('a'), endpoint('b')] });
    const versions = (): number[] => bench.network.transports.map(({ options }) => options.protocolVersion);
    bench.connected().lose(failure());
    bench.clock.advance(bench.waiting.nextAt - bench.clock.now());
    bench.transport.lose(failure());
    bench.clock.advance(bench.waiting.nextAt - bench.clock.now());
    bench.transport.lose(new MqttFlowsError('protocol-version-refused', { stage: 'connack' }));
    bench.transport.connect();
    assert.equal(serverOf(bench.state), 'b');
    assert.deepEqual(versions(), [5, 5, 5, 4]);
    bench.transport.lose(failure());
    bench.connected();
    assert.deepEqual([serverOf(bench.state), versions().at(-1)], ['a', 5], 'what the other one knows is still known');
  });
});
