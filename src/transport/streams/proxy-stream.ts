// A stream to a server through a proxy: HTTP CONNECT (RFC 9110, section 9.3.6) or SOCKS 5 (RFC 1928).

import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ErrorCode, type ErrorParams, MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { plainText } from '../../core/errors/plain-text';
import { detailOf } from '../../core/errors/thrown-value';
import { withoutZone } from '../../core/servers/ipv6-zone';
import type { ProxyAddress } from '../../core/servers/proxy-url';
import { bracketed } from '../../core/servers/server-url';
import { asMqttFlowsError } from './network-error';
import { ignore, inStage, type Opening } from './opening-stage';
import { tcpStream } from './tcp-stream';
import { type TlsOptions, tlsStream } from './tls-stream';

/** TLS options for an https:// proxy. Without them, the certificate authorities of Node.js are trusted. */
export interface ProxyServer extends ProxyAddress {
  readonly tls?: TlsOptions;
}

/** Loaded when the first SOCKS proxy is asked. */
function socks(): typeof import('socks') {
  return require('socks');
}

/** In ms, longer than any deadline of a connection: the timeout of socks cannot be switched off. */
const SOCKS_TIMEOUT = 3_600_000;

/** Opens a stream to `host`:`port` through `proxy`, which also looks up the host. */
export async function proxyStream(proxy: ProxyServer, host: string, port: number, opening: Opening): Promise<Socket> {
  const params = { host, port, proxy: `${bracketed(proxy.host)}:${proxy.port}` };
  const socket = await toProxy(proxy, params, opening);
  const ask = proxy.kind === 'socks' ? askSocks : askHttp;
  return inStage(
    'proxy',
    opening,
    params,
    () => socket.destroy(),
    () => ask(socket, proxy, { host, port }, params, opening.signal),
  );
}

/** Opens the stream to the proxy itself, which is one stage for the user. */
async function toProxy(proxy: ProxyServer, params: ErrorParams, { report, signal, learn }: Opening): Promise<Socket> {
  report('proxy');
  learn({ kind: 'proxy', proxy: `${bracketed(proxy.host)}:${proxy.port}` });
  const quiet = { report: ignore, signal, learn: ignore };
  try {
    const socket = await tcpStream(proxy.host, proxy.port)(quiet.report, signal);
    return proxy.kind === 'https' ? await tlsStream(socket, withoutZone(proxy.host), proxy.tls ?? {}, quiet) : socket;
  } catch (error) {
    if (signal.aborted) throw new MqttFlowsError('connection-closed', { stage: 'proxy', params });
    const { code, params: details } = asMqttFlowsError(error, 'proxy');
    const reason = details.reason ?? code;
    // The hint is about the proxy.
    const { hintKey } = details;
    const hint = hintKey === undefined ? {} : { hintKey, host: proxy.host };
    throw new MqttFlowsError('proxy-unreachable', { stage: 'proxy', params: { ...params, reason, ...hint } });
  }
}

interface Target {
  readonly host: string;
  readonly port: number;
}

async function askHttp(
  socket: Socket,
  { username, password }: ProxyServer,
  { host, port }: Target,
  params: ErrorParams,
  signal: AbortSignal,
): Promise<Socket> {
  const authority = `${bracketed(host)}:${port}`;
  const headers: Record<string, string> = { Host: authority };
  if (username !== '' || password !== '') {
    headers['Proxy-Authorization'] = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }
  const asking = request({ method: 'CONNECT', path: authority, headers, createConnection: () => socket });
  asking.on('error', ignore);
  asking.end();
  const [response, , head] = await connected(asking, params, signal);
  const { statusCode = 0, statusMessage = '' } = response;
  if (statusCode < 200 || statusCode > 299) {
    const details = { ...params, status: statusCode, reason: `HTTP ${statusCode} ${plainText(statusMessage)}`.trim() };
    throw new MqttFlowsError(httpRefusal(statusCode), { stage: 'proxy', params: details });
  }
  if (head.length > 0) socket.unshift(head);
  return socket;
}

async function connected(
  asking: ReturnType<typeof request>,
  params: ErrorParams,
  signal: AbortSignal,
): Promise<[response: IncomingMessage, socket: Duplex, head: Buffer]> {
  try {
    // Node.js emits `connect` with these arguments, whatever the status.
    return (await once(asking, 'connect', { signal })) as [IncomingMessage, Duplex, Buffer];
  } catch (error) {
    throw failed(error, params);
  }
}

function httpRefusal(status: number): ErrorCode {
  if (status === 407) return 'proxy-credentials-refused';
  return status >= 502 && status <= 504 ? 'proxy-cannot-connect' : 'proxy-refused';
}

async function askSocks(
  socket: Socket,
  proxy: ProxyServer,
  destination: Target,
  params: ErrorParams,
  signal: AbortSignal,
): Promise<Socket> {
  const credentials = proxy.username === '' ? {} : { userId: proxy.username, password: proxy.password };
  // socks cannot be aborted, but it ends when its socket does.
  const giveUp = (): void => void socket.destroy();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await socks().SocksClient.createConnection({
      command: 'connect',
      proxy: { host: proxy.host, port: proxy.port, type: 5, ...credentials },
      destination: { ...destination },
      existing_socket: socket,
      timeout: SOCKS_TIMEOUT,
    });
    return socket;
  } catch (error) {
    throw socksRefusal(error, params);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

/** The refusals of a SOCKS proxy, in the words of socks. */
const SOCKS_REFUSALS: readonly [RegExp, ErrorCode][] = [
  [/authentication failed|no accepted authentication/i, 'proxy-credentials-refused'],
  [/rejected connection - (NotAllowed|CommandNotSupported|AddressNotSupported)/, 'proxy-refused'],
  [/rejected connection/, 'proxy-cannot-connect'],
];

function socksRefusal(error: unknown, params: ErrorParams): MqttFlowsError {
  const message = detailOf(error);
  const code = SOCKS_REFUSALS.find(([pattern]) => pattern.test(message))?.[1];
  if (!code) return failed(error, params);
  const reason = `SOCKS ${message.replace(/^.* - /, '')}`;
  return new MqttFlowsError(code, { stage: 'proxy', params: { ...params, reason: plainText(reason) } });
}

/** The other side does not behave like a proxy, or closes the connection. */
function failed(error: unknown, params: ErrorParams): MqttFlowsError {
  const reason = plainText(detailOf(error));
  return new MqttFlowsError('proxy-failed', { stage: 'proxy', params: { ...params, reason } });
}
