// A port for devices: MQTT or MQTT over WebSocket, with TLS or without.

import { createServer as createHttpServer, type Server as HttpServer, type IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket, type TlsOptions } from 'node:tls';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { asError } from '../../core/errors/thrown-value';
import type {
  Admission,
  Arrival,
  ClientCertificate,
  DeviceListener,
  PortOptions,
  SecureOptions,
} from './device-listener';
import { WebSocketDoor } from './websocket-door';

/** A device that has lost its power must not count as connected for ever: TCP asks after a minute without traffic. */
const SOCKETS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 };
/** ms for TLS and for the request of a WebSocket, before MQTT begins */
const OPENING_TIME = 10_000;

export class DevicePort implements DeviceListener {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, { maximumConnections, dropped }: Admission) {
    this.#server = server;
    server.maxConnections = maximumConnections;
    server.on('drop', (data) => dropped(data?.remoteAddress ?? ''));
    const sockets = this.#sockets;
    // One function for all sockets.
    const closed = function (this: Socket): void {
      sockets.delete(this);
    };
    // Before TLS and HTTP, so that closing cuts what has not got further.
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', closed);
    });
  }

  /** Listens. Rejects with MqttFlowsError. */
  static open(options: PortOptions, admission: Admission): Promise<DevicePort> {
    const { port, bindAddress } = options;
    return new Promise((resolve, reject) => {
      const fail = (error: NodeJS.ErrnoException): void => {
        const code = error.code === 'EADDRINUSE' ? 'embedded-port-in-use' : 'embedded-listen-failed';
        const params = { port, address: bindAddress, reason: error.code ?? error.message };
        reject(new MqttFlowsError(code, { stage: 'listen', params }));
      };
      let server: Server;
      try {
        server = createServerFor(options, admission);
      } catch (error) {
        // OpenSSL refuses the certificate, or its key.
        return fail(asError(error));
      }
      const opened = new DevicePort(server, admission);
      server.once('error', fail);
      server.listen(port, bindAddress, () => {
        server.off('error', fail);
        // Errors of accept(), such as too many open files, concern one device and not the port.
        server.on('error', () => {});
        resolve(opened);
      });
    });
  }

  get port(): number | undefined {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : undefined;
  }

  get connectionCount(): number {
    return this.#sockets.size;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

function createServerFor({ webSocket, secure }: PortOptions, { admit }: Admission): Server {
  const clientCertificate = secure?.clientCertificate ?? 'none';
  if (webSocket) {
    const door = new WebSocketDoor((stream, request) => admit(stream, arrivalOf(request.socket, clientCertificate)));
    const server = secure ? createHttpsServer(tlsOptions(secure)) : createHttpServer(SOCKETS);
    return withDoor(server, door);
  }
  const taken = (socket: Socket): void => admit(socket, arrivalOf(socket, clientCertificate));
  if (!secure) return createServer(SOCKETS, taken);
  return createTlsServer(tlsOptions(secure), taken).on('tlsClientError', ignore);
}

function withDoor(server: HttpServer, door: WebSocketDoor): Server {
  server.headersTimeout = OPENING_TIME;
  server.requestTimeout = OPENING_TIME;
  server.keepAliveTimeout = 1000;
  server.on('tlsClientError', ignore);
  server.on('upgrade', (request: IncomingMessage, socket, head) => door.upgrade(request, socket, head));
  server.on('request', (_request, response) => {
    response.writeHead(426, { Connection: 'close', 'Content-Type': 'text/plain' }).end('MQTT over WebSocket\n');
  });
  return server;
}

function tlsOptions({ context, clientCertificate }: SecureOptions): TlsOptions {
  const asks = clientCertificate !== 'none';
  return { ...SOCKETS, ...context, handshakeTimeout: OPENING_TIME, requestCert: asks, rejectUnauthorized: asks };
}

function arrivalOf(socket: Socket, clientCertificate: ClientCertificate): Arrival {
  const address = socket.remoteAddress ?? '';
  if (clientCertificate !== 'user') return { address };
  return { address, certificateName: commonNameOf(socket) };
}

/** Blank when the certificate has none, or several, and without a certificate that was verified. */
function commonNameOf(socket: Socket): string {
  // The type says that there is a subject, and that its names are strings; OpenSSL may find several, which are an array.
  const certificate = socket instanceof TLSSocket && socket.authorized && socket.getPeerCertificate();
  const subject: Readonly<Record<string, unknown>> = { ...(certificate ? certificate.subject : {}) };
  return typeof subject.CN === 'string' ? subject.CN : '';
}

function ignore(): void {}
