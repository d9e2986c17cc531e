// A connection to a server on this machine by a Unix domain socket: a file that both can open.

import { connect, type Socket } from 'node:net';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { networkError, systemCodeOf } from './network-error';
import { ignore, inStage, type Opening } from './opening-stage';

/** Why a socket cannot be used. Each value has a sentence in the locales under `socket.`. */
export type SocketProblem = 'missing' | 'denied' | 'notListening' | 'pathTooLong';

const PROBLEMS: Readonly<Record<string, SocketProblem>> = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  EACCES: 'denied',
  EPERM: 'denied',
  ECONNREFUSED: 'notListening',
  ENOTSOCK: 'notListening',
  EPROTOTYPE: 'notListening',
};

/** The most bytes of a path that the system takes. Node.js 20 cuts off the rest and opens what that names. */
const LONGEST_PATH = process.platform === 'linux' ? 107 : 103;

/** Opens a connection to the socket at `path`. */
export function socketStream(path: string, opening: Opening): Promise<Socket> {
  let socket: Socket | undefined;
  return inStage(
    'socket',
    opening,
    { path },
    () => socket?.destroy(),
    () =>
      new Promise((resolve, reject) => {
        const { signal } = opening;
        const abort = (): void => reject(signal.reason);
        const fail = (error: Error): void => reject(failureOf(error, path));
        if (Buffer.byteLength(path) > LONGEST_PATH) return reject(unavailable(path, 'pathTooLong'));
        socket = connect({ path });
        socket.once('error', fail);
        socket.on('error', ignore);
        signal.addEventListener('abort', abort, { once: true });
        socket.once('connect', () => {
          signal.removeEventListener('abort', abort);
          opening.learn({ kind: 'found', address: path });
          if (socket) resolve(socket);
        });
      }),
  );
}

function failureOf(error: Error, path: string): MqttFlowsError {
  const problem = PROBLEMS[systemCodeOf(error)];
  return problem ? unavailable(path, problem) : networkError(error, 'socket', { path });
}

function unavailable(path: string, problem: SocketProblem): MqttFlowsError {
  return new MqttFlowsError('socket-unavailable', {
    stage: 'socket',
    params: { path, problemKey: `socket.${problem}` },
  });
}
