// Takes the WebSockets of devices (MQTT 5, section 6) from HTTP requests to upgrade.

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import { carriedBy } from '../streams/link-movement';
import type { VerifyClient } from './device-listener';

/** The largest MQTT packet, in bytes: a length of 268,435,455 and the header before it. */
const MAX_PAYLOAD = 268_435_455 + 5;
/** bytes that a client may send before its first message is whole: a CONNECT with a large will, and the frame around it */
const FIRST_MESSAGE = 300 * 1024;
/** MQTT 5, section 6: the second is that of MQTT 3.1. */
const SUBPROTOCOLS = ['mqtt', 'mqttv3.1'];
/** RFC 6455, section 7.4.1: data of a kind that is not accepted. */
const UNSUPPORTED_DATA = 1003;

/** Loaded when the first device comes by WebSocket. */
function ws(): typeof import('ws') {
  return require('ws');
}

export class WebSocketDoor {
  readonly #opened: (stream: Duplex, request: IncomingMessage) => void;
  readonly #verifyClient: VerifyClient | undefined;
  #server: WebSocketServer | undefined;

  constructor(opened: (stream: Duplex, request: IncomingMessage) => void, verifyClient?: VerifyClient) {
    this.#opened = opened;
    this.#verifyClient = verifyClient;
  }

  get connectionCount(): number {
    return this.#server?.clients.size ?? 0;
  }

  /** Answers a request to upgrade: with a WebSocket, or with an error of HTTP. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', ignore);
    this.#server ??= this.#createServer();
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      limitFirstMessage(webSocket, request);
      this.#opened(carriedBy(streamOf(webSocket), socket), request);
    });
  }

  /** Cuts all connections. */
  close(): void {
    for (const webSocket of this.#server?.clients ?? []) webSocket.terminate();
  }

  #createServer(): WebSocketServer {
    const verifyClient = this.#verifyClient;
    return new (ws().WebSocketServer)({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: MAX_PAYLOAD,
      // A client that asks for none is let in: the first packet shows whether it speaks MQTT.
      handleProtocols: (offered) => SUBPROTOCOLS.find((protocol) => offered.has(protocol)) ?? false,
      ...(verifyClient ? { verifyClient } : {}),
    });
  }
}

/** A message is in memory before it is passed on whole, and nobody knows yet who the client is. */
function limitFirstMessage(webSocket: WebSocket, { socket }: IncomingMessage): void {
  const before = socket.bytesRead;
  const count = (): void => {
    if (socket.bytesRead - before > FIRST_MESSAGE) webSocket.terminate();
  };
  socket.on('data', count);
  webSocket.once('message', () => socket.off('data', count));
}

function streamOf(webSocket: WebSocket): Duplex {
  webSocket.on('error', ignore);
  // MQTT 5, section 6: whoever gets another kind of frame closes the connection.
  webSocket.prependListener('message', (_data: unknown, isBinary: boolean) => {
    if (!isBinary) webSocket.close(UNSUPPORTED_DATA);
  });
  const stream = ws().createWebSocketStream(webSocket);
  // The stream stays half open when the client closes. All data has been read by then.
  stream.once('end', () => stream.destroy());
  return stream;
}

function ignore(): void {}
