// A WebSocket server in front of an MQTT server, since mosquitto comes without WebSocket on some systems.

import { createServer as createHttpServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect } from 'node:net';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { Inbox } from '../flows/inbox';
import type { KeyPair } from './certificates';
import { Listening } from './listening';

export interface BridgeOptions {
  /** The HTTP status instead of an upgrade; `silent`: no answer. */
  readonly answer?: number | 'silent';
  readonly tls?: KeyPair;
  readonly subprotocols?: readonly string[];
}

export class WebSocketBridge {
  readonly listening: Listening;
  readonly requests: Inbox<IncomingMessage>;
  readonly webSockets: Inbox<WebSocket>;

  private constructor(listening: Listening, requests: Inbox<IncomingMessage>, webSockets: Inbox<WebSocket>) {
    this.listening = listening;
    this.requests = requests;
    this.webSockets = webSockets;
  }

  /** Starts a bridge to the MQTT server on the loopback port `target`. */
  static async start(target: number, options: BridgeOptions = {}): Promise<WebSocketBridge> {
    const requests = new Inbox<IncomingMessage>('upgrade requests');
    const webSockets = new Inbox<WebSocket>('WebSockets');
    const { answer, tls, subprotocols = ['mqtt'] } = options;
    const server = tls ? createHttpsServer({ ...tls }) : createHttpServer();
    const upgrading = new WebSocketServer({
      noServer: true,
      handleProtocols: (offered) => [...offered].find((name) => subprotocols.includes(name)) ?? false,
    });
    server.on('upgrade', (request: IncomingMessage, socket, head) => {
      requests.push(request);
      if (answer === 'silent') return void socket.on('end', () => socket.destroy()).resume();
      if (answer !== undefined) {
        return void socket.end(`HTTP/1.1 ${answer} ${STATUS_CODES[answer]}\r\nContent-Length: 0\r\n\r\n`);
      }
      upgrading.handleUpgrade(request, socket, head, (webSocket) => {
        webSockets.push(webSocket);
        join(webSocket, target);
      });
    });
    return new WebSocketBridge(await Listening.start(server), requests, webSockets);
  }

  get port(): number {
    return this.listening.port;
  }

  stop(): Promise<void> {
    return this.listening.stop();
  }
}

function join(webSocket: WebSocket, target: number): void {
  const stream = createWebSocketStream(webSocket);
  const server = connect({ port: target, host: '127.0.0.1' });
  for (const [from, to] of [
    [stream, server],
    [server, stream],
  ] as const) {
    from.on('error', () => {});
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
}
