// Opens the stream to a server: a Unix socket; or TCP or a proxy, then TLS, then WebSocket, according to its address.

import { withoutZone } from '../../core/servers/ipv6-zone';
import type { NetworkAddress, ServerAddress } from '../../core/servers/server-url';
import type { OpenStream } from '../transport';
import { ignore } from './opening-stage';
import { type ProxyServer, proxyStream } from './proxy-stream';
import { socketStream } from './socket-stream';
import { tcpStream } from './tcp-stream';
import { type TlsOptions, tlsStream } from './tls-stream';
import { type WebSocketOptions, webSocketStream } from './websocket-stream';

/**
 * How to reach a server, beside its address. The functions are called at each attempt. An exception ends the attempt.
 */
export interface ServerStreamSettings {
  readonly tls: () => TlsOptions | Promise<TlsOptions>;
  readonly proxy: (address: NetworkAddress) => Promise<ProxyServer | undefined>;
  readonly webSocket: WebSocketOptions;
}

/** Opens streams to the server at `address`. */
export function serverStream(address: ServerAddress, settings: ServerStreamSettings): OpenStream {
  if (address.scheme !== 'mqtt+unix') return networkStream(address, settings);
  return (report, signal, learn = ignore) => socketStream(address.path, { report, signal, learn });
}

function networkStream(address: NetworkAddress, settings: ServerStreamSettings): OpenStream {
  const { scheme, host, port, secure } = address;
  // Neither a server nor a proxy knows the interfaces of this machine.
  const name = withoutZone(host);
  return async (report, signal, learn = ignore) => {
    const opening = { report, signal, learn };
    const tls = secure ? await settings.tls() : undefined;
    const proxy = await settings.proxy(address);
    const socket = proxy
      ? await proxyStream(proxy, name, port, opening)
      : await tcpStream(host, port)(report, signal, learn);
    const stream = tls ? await tlsStream(socket, name, tls, opening) : socket;
    if (scheme === 'mqtt' || scheme === 'mqtts') return stream;
    return webSocketStream(stream, { ...address, host: name }, settings.webSocket, opening);
  };
}
