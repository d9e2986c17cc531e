// Makes a server of any kind listen on a port of the loopback address, and records its connections.

import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { Inbox } from '../flows/inbox';

export class Listening {
  readonly port: number;
  /** All TCP connections. */
  readonly sockets = new Inbox<Socket>('connections');
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** Lets `server`, also one for TLS or HTTP, listen on a port that the operating system chooses. */
  static async start(server: Server, host = '127.0.0.1'): Promise<Listening> {
    const sockets: Socket[] = [];
    let listening: Listening | undefined;
    server.on('connection', (socket: Socket) => {
      socket.on('error', () => {});
      if (listening) listening.sockets.push(socket);
      else sockets.push(socket);
    });
    // The client reports failed handshakes.
    server.on('tlsClientError', () => {});
    server.listen(0, host);
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
    listening = new Listening(server, address.port);
    for (const socket of sockets) listening.sockets.push(socket);
    return listening;
  }

  /** Resolves when all connections so far are closed. */
  async allGone(): Promise<void> {
    await Promise.all(this.sockets.all.map(closed));
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets.all) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Resolves when `socket` is closed. */
export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}
