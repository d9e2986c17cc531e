// A TCP proxy between a client and a server that can refuse, cut and stall, as networks do.

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './free-port';

export class TcpProxy {
  readonly port: number;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #stalled = false;
  #accepted = 0;

  private constructor(port: number, target: number) {
    this.port = port;
    this.#target = target;
  }

  /** Starts a proxy before the loopback port `target`. */
  static async start(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(await freePort(), target);
    await proxy.accept();
    return proxy;
  }

  /** Connections accepted over all time. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Listens again after refuse(). */
  async accept(): Promise<void> {
    if (this.#server) return;
    const server = createServer((socket) => this.#join(socket));
    this.#server = server;
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
  }

  /** Cuts what is connected, and refuses what comes. */
  async refuse(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.cut();
    if (!server) return;
    server.close();
    await once(server, 'close');
  }

  /** Ends all connections without a word. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Passes nothing on any more; connections stay, and new ones are accepted. */
  stall(): void {
    this.#stalled = true;
    for (const socket of this.#sockets) socket.pause();
  }

  async stop(): Promise<void> {
    await this.refuse();
  }

  #join(client: Socket): void {
    this.#accepted++;
    const server = connect({ port: this.#target, host: '127.0.0.1' });
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => {});
      from.on('data', (data) => to.write(data));
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      if (this.#stalled) from.pause();
    }
  }
}
