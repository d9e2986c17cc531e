// Minimal proxies: HTTP CONNECT and SOCKS 5, with and without credentials, refusing or silent.

import { createServer as createHttpServer, type Server as HttpServer, type IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Inbox } from '../flows/inbox';
import type { KeyPair } from './certificates';

export interface ProxyOptions {
  /** `name:password`. Without it, everyone may use the proxy. */
  readonly credentials?: string;
  /** HTTP status or SOCKS reply instead of a connection; `silent` for no answer at all. */
  readonly answer?: number | 'silent';
  /** The proxy is reached over TLS. */
  readonly tls?: KeyPair;
}

/** What a proxy was asked for: `host:port`. */
export type Requests = Inbox<string>;

/** An HTTP proxy with CONNECT. It connects to this computer for every host. */
export function httpProxy(requests: Requests, { credentials, answer, tls }: ProxyOptions = {}): HttpServer {
  const server = tls ? createHttpsServer({ ...tls }) : createHttpServer();
  server.on('connect', (request: IncomingMessage, client: Duplex) => {
    client.on('error', () => {});
    requests.push(request.url ?? '');
    const expected = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
    if (answer === 'silent') return void client.resume();
    if (expected && request.headers['proxy-authorization'] !== expected) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
    } else if (answer !== undefined) {
      client.end(`HTTP/1.1 ${answer} No\r\nContent-Length: 0\r\n\r\n`);
    } else {
      join(client, portOf(request.url ?? ''), () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'));
    }
  });
  return server;
}

const NO_CREDENTIALS = 0;
const USER_AND_PASSWORD = 2;
const NONE_FITS = 0xff;

/** A SOCKS 5 proxy (RFC 1928, RFC 1929) with CONNECT by host name. It connects to this computer for every host. */
export function socksProxy(requests: Requests, { credentials, answer }: ProxyOptions = {}): Server {
  return createServer((client) => {
    client.on('error', () => {});
    if (answer === 'silent') return void client.resume();
    void serveSocks(client, requests, credentials, answer);
  });
}

async function serveSocks(client: Socket, requests: Requests, credentials?: string, answer?: number): Promise<void> {
  const greeting = await next(client);
  const method = credentials ? USER_AND_PASSWORD : NO_CREDENTIALS;
  if (!greeting.subarray(2).includes(method)) return void client.end(Buffer.from([5, NONE_FITS]));
  client.write(Buffer.from([5, method]));
  if (credentials) {
    const given = await next(client);
    const fits = credentialsIn(given) === credentials;
    client.write(Buffer.from([1, fits ? 0 : 1]));
    if (!fits) return void client.end();
  }
  const request = await next(client);
  const port = request.readUInt16BE(request.length - 2);
  // The length of the name follows version, command, reserved byte and type of address.
  requests.push(`${request.subarray(5, request.length - 2)}:${port}`);
  const reply = Buffer.from([5, answer ?? 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  if (answer) client.end(reply);
  else join(client, port, () => client.write(reply));
}

/** The client sends nothing before the answer, so each message arrives alone and complete. */
function next(client: Socket): Promise<Buffer> {
  return new Promise((resolve) => client.once('data', resolve));
}

function credentialsIn(message: Buffer): string {
  const nameEnd = 2 + (message[1] ?? 0);
  return `${message.subarray(2, nameEnd)}:${message.subarray(nameEnd + 1)}`;
}

function portOf(authority: string): number {
  return Number(authority.slice(authority.lastIndexOf(':') + 1));
}

function join(client: Duplex, port: number, connected: () => void): void {
  const server = connect({ port, host: '127.0.0.1' }, () => {
    connected();
    client.pipe(server).pipe(client);
  });
  server.on('error', () => client.destroy());
  server.on('close', () => client.destroy());
  client.on('close', () => server.destroy());
}
