// The TCP port of an embedded broker.

import { createServer, type Server, type Socket } from 'node:net';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';

export interface PortOptions {
  readonly port: number;
  readonly bindAddress: string;
  /** The most connections at a time; further ones are closed at once. */
  readonly maximumConnections: number;
  readonly admit: (socket: Socket) => void;
  /** One was closed because there are as many as there may be. */
  readonly dropped: (address: string) => void;
}

export class DevicePort {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor({ maximumConnections, admit, dropped }: PortOptions) {
    this.#server = createServer((socket) => {
      socket.setNoDelay(true);
      // A device that has lost its power must not count as connected for ever.
      socket.setKeepAlive(true, KEEP_ALIVE);
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      admit(socket);
    });
    this.#server.maxConnections = maximumConnections;
    this.#server.on('drop', (data) => dropped(data?.remoteAddress ?? ''));
  }

  /** Listens. Rejects with MqttFlowsError. */
  static open(options: PortOptions): Promise<DevicePort> {
    const { port, bindAddress } = options;
    const opened = new DevicePort(options);
    const server = opened.#server;
    return new Promise((resolve, reject) => {
      const fail = (error: NodeJS.ErrnoException): void => {
        const code = error.code === 'EADDRINUSE' ? 'embedded-port-in-use' : 'embedded-listen-failed';
        const params = { port, address: bindAddress, reason: error.code ?? error.message };
        reject(new MqttFlowsError(code, { stage: 'listen', params }));
      };
      server.once('error', fail);
      server.listen(port, bindAddress, () => {
        server.off('error', fail);
        // Errors of accept(), such as too many open files, concern one device and not the port.
        server.on('error', () => {});
        resolve(opened);
      });
    });
  }

  /** The port in use, even if the operating system chose it. */
  get port(): number | undefined {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : undefined;
  }

  get connectionCount(): number {
    return this.#sockets.size;
  }

  /** Closes the port and its connections. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** ms without traffic after which TCP asks whether the other side is there */
const KEEP_ALIVE = 60_000;
