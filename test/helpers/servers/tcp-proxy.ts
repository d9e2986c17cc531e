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
  #bytesPerSecond = Number.POSITIVE_INFINITY;
  #accepted = 0;
  /** The number of bytes until all connections are cut; undefined: no limit. */
  #budget: number | undefined;
  #whenCut: () => void = () => {};
  #cuts = 0;

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

  /** The number of all connections accepted so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** The number of cuts by cutAfter(). */
  get cuts(): number {
    return this.#cuts;
  }

  /** Cuts once `bytes` more have passed in either direction, even in the middle of a packet. */
  cutAfter(bytes: number): void {
    this.#budget = bytes;
  }

  /** Cuts once `bytes` more have passed, and refuses connections from then on. */
  async refuseAfter(bytes: number): Promise<void> {
    this.cutAfter(bytes);
    await new Promise<void>((resolve) => {
      this.#whenCut = resolve;
    });
    await this.refuse();
  }

  /** Listens again after refuse(). */
  async accept(): Promise<void> {
    if (this.#server) return;
    const server = createServer((socket) => this.#join(socket));
    this.#server = server;
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
  }

  /** Cuts all connections, and refuses new ones. */
  async refuse(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.cut();
    if (!server) return;
    server.close();
    await once(server, 'close');
  }

  /** Ends all connections abruptly. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Stops forwarding. Connections stay open, and new ones are accepted. */
  stall(): void {
    this.#stalled = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** Forwards at most this many bytes per second in each direction, like a slow link. */
  throttle(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
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
      from.on('data', (data) => {
        this.#pass(data, to);
        if (this.#bytesPerSecond === Number.POSITIVE_INFINITY) return;
        from.pause();
        setTimeout(() => !this.#stalled && from.resume(), (data.length * 1000) / this.#bytesPerSecond);
      });
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      if (this.#stalled) from.pause();
    }
  }

  #pass(data: Buffer, to: Socket): void {
    if (this.#budget === undefined || data.length < this.#budget) {
      if (this.#budget !== undefined) this.#budget -= data.length;
      to.write(data);
      return;
    }
    const last = data.subarray(0, this.#budget);
    this.#budget = undefined;
    this.#cuts++;
    // A reset would discard forwarded data that must arrive.
    to.write(last, () => {
      this.cut();
      this.#whenCut();
    });
  }
}
