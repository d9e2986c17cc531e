// MQTT over WebSocket (MQTT 5, section 6) over an open stream.

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { plainText } from '../../core/errors/plain-text';
import { bracketed, type NetworkAddress } from '../../core/servers/server-url';
import { carriedBy } from './link-movement';
import { ignore, inStage, type Opening } from './opening-stage';

export interface WebSocketOptions {
  /** Sent with the upgrade request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly subprotocol: string;
}

/** Loaded when the first server is reached by WebSocket. */
function ws(): typeof import('ws') {
  return require('ws');
}

/** The largest MQTT packet, in bytes: a length of 268,435,455 and the header before it. */
const MAX_PAYLOAD = 268_435_455 + 5;

/** RFC 6455, section 7.4.1: closed normally, or without a status. */
const UNREMARKABLE = [1000, 1001, 1005, 1006];

/** Upgrades `socket`, which is destroyed on failure. */
export function webSocketStream(
  socket: Duplex,
  address: NetworkAddress,
  options: WebSocketOptions,
  opening: Opening,
): Promise<Duplex> {
  const { scheme, host, port, path } = address;
  // Errors of the socket reach the request, and later the WebSocket.
  socket.on('error', ignore);
  let webSocket: WebSocket | undefined;
  const destroy = (): void => {
    webSocket?.terminate();
    socket.destroy();
  };
  // Which address may be right where no WebSocket is spoken depends on whether TLS is.
  const insteadKey = address.secure ? 'insteadOfWebSocket.secure' : 'insteadOfWebSocket.plain';
  return inStage('websocket', opening, { host, port, insteadKey }, destroy, async () => {
    webSocket = new (ws().WebSocket)(`${scheme}://${bracketed(host)}:${port}${path}`, options.subprotocol, {
      createConnection: () => socket,
      headers: options.headers,
      perMessageDeflate: false,
      maxPayload: MAX_PAYLOAD,
    });
    webSocket.on('error', ignore);
    await opened(webSocket, opening.signal);
    return carriedBy(streamOf(webSocket), socket);
  });
}

/** Rejects with the server's answer if it does not upgrade. */
function opened(webSocket: WebSocket, signal: AbortSignal): Promise<unknown> {
  webSocket.once('unexpected-response', (_request, response: IncomingMessage) => {
    const { statusCode = 0, statusMessage = '' } = response;
    const params = { status: statusCode, statusText: plainText(statusMessage) };
    // With a listener for this event, ws does not make an error of its own.
    webSocket.emit('error', new MqttFlowsError('websocket-refused', { stage: 'websocket', params }));
  });
  return once(webSocket, 'open', { signal });
}

function streamOf(webSocket: WebSocket): Duplex {
  const stream = ws().createWebSocketStream(webSocket);
  let reason: MqttFlowsError | undefined;
  webSocket.once('close', (status, text) => {
    const params = { status, statusText: plainText(text.toString()) };
    if (!UNREMARKABLE.includes(status)) reason = new MqttFlowsError('websocket-closed', { stage: 'websocket', params });
  });
  // The stream of ws stays half open when the server closes. All data has been read by then.
  stream.once('end', () => stream.destroy(reason));
  return stream;
}
