// Takes the WebSockets of devices (MQTT 5, section 6) from HTTP requests to upgrade.

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import { BytePool } from '../../broker/byte-pool';
import { carriedBy } from '../streams/link-movement';
import type { VerifyClient } from './device-listener';

/** The largest MQTT packet, in bytes: a length of 268,435,455 and the header before it. */
const MAX_PAYLOAD = 268_435_455 + 5;
/** bytes that a client may send before its first message is whole: a CONNECT with a large will, and the frame around it */
const FIRST_MESSAGE = 300 * 1024;
/** bytes of a ping or pong of a client beside its data (RFC 6455, section 5.2) */
const CONTROL_FRAME = 6;
/** bytes of the later messages of all clients that are not whole; beyond that, a client with a large one is cut */
const UNFINISHED = 256 * 1024 * 1024;
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
  readonly #unfinished: BytePool;
  #server: WebSocketServer | undefined;

  /** `unfinished`: see UNFINISHED */
  constructor(
    opened: (stream: Duplex, request: IncomingMessage) => void,
    verifyClient?: VerifyClient,
    unfinished = UNFINISHED,
  ) {
    this.#opened = opened;
    this.#verifyClient = verifyClient;
    this.#unfinished = new BytePool(unfinished);
  }

  get connectionCount(): number {
    return this.#server?.clients.size ?? 0;
  }

  /** Answers a request to upgrade: with a WebSocket, or with an error of HTTP. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', ignore);
    this.#server ??= this.#createServer();
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      limitMessages(webSocket, request, this.#unfinished);
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

/**
 * Limits what a message may take before it is passed on whole. Nobody knows who the client is before the first; afterwards all
 * clients together have room for large ones, whatever was thought of their CONNECT.
 */
function limitMessages(webSocket: WebSocket, { socket }: IncomingMessage, all: BytePool): void {
  let first = true;
  let before = socket.bytesRead;
  let counted = 0;
  const count = (bytes: number): void => {
    all.add(bytes - counted);
    counted = bytes;
  };
  const arrived = (): void => {
    count(Math.max(0, socket.bytesRead - before));
    if (counted > FIRST_MESSAGE && (first || all.overfull)) webSocket.terminate();
  };
  socket.on('data', arrived);
  webSocket.on('message', () => {
    first = false;
    before = socket.bytesRead;
    count(0);
  });
  // A client may send them for weeks without a message. They do not stay in memory.
  const passed = ({ length }: Buffer): void => {
    if (!first) before += CONTROL_FRAME + length;
  };
  webSocket.on('ping', passed);
  webSocket.on('pong', passed);
  webSocket.once('close', () => {
    socket.off('data', arrived);
    count(0);
  });
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
