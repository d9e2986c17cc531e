// A TCP connection to a server, opened stage by stage.

import { connect, isIP, type Socket } from 'node:net';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { OpenStream } from '../transport';
import { runsInContainer } from './container';
import { networkError } from './network-error';
import { networkHint } from './network-hint';
import { ignore } from './opening-stage';

/** The time in ms for one address of several. Node.js allows 250, which is less than a round trip over a satellite. */
const ADDRESS_TIME = 1500;

/**
 * Opens TCP connections to `host`:`port`. An IPv6 address comes without brackets. `inContainer` is asked when that may be
 * why it fails.
 */
export function tcpStream(
  host: string,
  port: number,
  inContainer: () => boolean = runsInContainer,
): (...told: Parameters<OpenStream>) => Promise<Socket> {
  return (report, signal, learn = ignore) =>
    new Promise((resolve, reject) => {
      // An IP address needs no lookup.
      let stage: 'dns' | 'tcp' = isIP(host) === 0 ? 'dns' : 'tcp';
      report(stage);
      // Nagle's algorithm and delayed acknowledgements together cost up to 40 ms per small packet.
      const socket = connect({ host, port, noDelay: true, autoSelectFamilyAttemptTimeout: ADDRESS_TIME });
      const fail = (error: Error): void => {
        signal.removeEventListener('abort', abort);
        reject(withHint(networkError(error, stage, { host, port }), host, inContainer));
      };
      const abort = (): void => {
        socket.destroy();
        reject(new MqttFlowsError('connection-closed', { stage, params: { host, port } }));
      };
      signal.addEventListener('abort', abort, { once: true });
      // Emitted once for each address of the name.
      socket.on('lookup', (error, address) => {
        if (error) return;
        learn({ kind: 'found', address });
        if (stage === 'tcp') return;
        stage = 'tcp';
        report('tcp');
      });
      socket.once('error', fail);
      socket.once('connect', () => {
        signal.removeEventListener('abort', abort);
        socket.off('error', fail);
        learn({ kind: 'reached', address: socket.remoteAddress ?? host, port });
        resolve(socket);
      });
      if (signal.aborted) abort();
    });
}

function withHint(error: MqttFlowsError, host: string, inContainer: () => boolean): MqttFlowsError {
  const hint = networkHint(error, host, inContainer);
  if (!hint) return error;
  const { code, stage, params } = error;
  return new MqttFlowsError(code, { stage, params: { ...params, hintKey: `networkHint.${hint}` } });
}
