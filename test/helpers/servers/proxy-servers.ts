// Minimal proxies: HTTP CONNECT and SOCKS 5, with and without credentials, refusing or silent.

import { createServer as createHttpServer, type Server as HttpServer, type IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Inbox } from '../flows/inbox';
import type { KeyPair } from './certificates';

export interface ProxyOptions {
  /** `name:password`; without it everyone is served. */
  readonly credentials?: string;
  /** HTTP status or SOCKS reply instead of a connection; `silent` for no answer at all. */
  readonly answer?: number | 'silent';
  /** To be reached over TLS. */
  readonly tls?: KeyPair;
}

/** What a proxy was asked for: `host:port`. */
export type Requests = Inbox<string>;

/** An HTTP proxy that knows CONNECT. Every host is this computer for it. */
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

/** A SOCKS 5 proxy (RFC 1928, RFC 1929) that knows CONNECT by host name. Every host is this computer for it. */
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
  // Behind version, command, reserved byte and type of address stands the length of the name.
  requests.push(`${request.subarray(5, request.length - 2)}:${port}`);
  const reply = Buffer.from([5, answer ?? 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  if (answer) client.end(reply);
  else join(client, port, () => client.write(reply));
}

/** The client sends nothing before it is answered, so that each message comes alone and whole. */
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
