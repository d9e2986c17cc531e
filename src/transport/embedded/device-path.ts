// A path of a web server that others use too, by WebSocket. Requests for other paths are not touched: each of those who
// listen for `upgrade` takes its own.

import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { Admission, DeviceListener, PathOptions } from './device-listener';
import { WebSocketDoor } from './websocket-door';

type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** The paths of one server. One listener serves them all: an emitter warns of a leak from eleven on. */
class Paths {
  readonly #doors = new Map<string, WebSocketDoor>();
  readonly #server: HttpServer;

  constructor(server: HttpServer) {
    this.#server = server;
  }

  /** False when the path is taken. */
  add(path: string, door: WebSocketDoor): boolean {
    if (this.#doors.has(path)) return false;
    if (this.#doors.size === 0) this.#server.on('upgrade', this.#upgrade);
    this.#doors.set(path, door);
    return true;
  }

  remove(path: string): void {
    this.#doors.delete(path);
    if (this.#doors.size === 0) this.#server.off('upgrade', this.#upgrade);
  }

  readonly #upgrade: Upgrade = (request, socket, head) => {
    this.#doors.get(pathOf(request.url ?? ''))?.upgrade(request, socket, head);
  };
}

/** Without what follows `?`. Requests may carry any text. */
function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

const byServer = new WeakMap<HttpServer, Paths>();

function pathsOf(server: HttpServer): Paths {
  const known = byServer.get(server) ?? new Paths(server);
  byServer.set(server, known);
  return known;
}

export class DevicePath implements DeviceListener {
  readonly port = undefined;
  readonly #options: PathOptions;
  readonly #door: WebSocketDoor;

  private constructor(options: PathOptions, door: WebSocketDoor) {
    this.#options = options;
    this.#door = door;
  }

  /** Throws MqttFlowsError when somebody else has that path. */
  static open(options: PathOptions, { maximumConnections, admit, dropped }: Admission): DevicePath {
    const { path, server, isTaken, verifyClient } = options;
    const door: WebSocketDoor = new WebSocketDoor((stream, { socket }) => {
      const address = socket.remoteAddress ?? '';
      if (door.connectionCount > maximumConnections) {
        stream.destroy();
        return dropped(address);
      }
      admit(stream, { address });
    }, verifyClient);
    if (isTaken() || !pathsOf(server).add(path, door)) {
      throw new MqttFlowsError('embedded-path-in-use', { stage: 'listen', params: { path } });
    }
    return new DevicePath(options, door);
  }

  get connectionCount(): number {
    return this.#door.connectionCount;
  }

  async close(): Promise<void> {
    pathsOf(this.#options.server).remove(this.#options.path);
    this.#door.close();
  }
}
