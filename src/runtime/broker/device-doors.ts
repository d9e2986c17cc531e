// The listeners of the broker inside Node-RED, from its settings: certificates, and the path of Node-RED's web server.

import type { NodeAPI, NodeDef } from 'node-red';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { failed, found, type Result } from '../../core/errors/result';
import type { EmbeddedSettings } from '../../settings/broker.config';
import { type ListenerSettings, needsUsers } from '../../settings/broker.devices.config';
import type { ListenerOptions, SecureOptions, VerifyClient } from '../../transport/embedded/device-listener';
import { asMqttFlowsError } from '../../transport/streams/network-error';
import { namedCertificates } from '../client/server-certificates';

/** All listeners of `settings`: the port of the two fields, and those of the list. */
export function listenersOf({ listen, devices }: EmbeddedSettings): readonly ListenerSettings[] {
  if (!listen) return devices.listeners;
  const { port, bindAddress } = listen;
  return [{ kind: 'tcp', port, bindAddress, clientCertificate: 'none' }, ...devices.listeners];
}

/** How a listener is opened, or why it must not be. `guarded`: not everybody is let in who does not have to be. */
export async function listenerOptions(
  RED: NodeAPI,
  listener: ListenerSettings,
  tls: string,
  guarded: boolean,
): Promise<Result<ListenerOptions>> {
  const asksCertificate = listener.kind !== 'path' && listener.clientCertificate !== 'none';
  if (needsUsers(listener) && !guarded && !asksCertificate) return failed(needsUsersError(listener));
  if (listener.kind === 'path') return pathOptions(RED, listener.path);
  const { kind, port, bindAddress, clientCertificate } = listener;
  const common = { kind: 'port', port, bindAddress, webSocket: kind === 'ws' || kind === 'wss' } as const;
  if (kind === 'tcp' || kind === 'ws') return found({ ...common, secure: undefined });
  const secure = await secureOptions(RED, tls, port, clientCertificate);
  return secure.ok ? found({ ...common, secure: secure.value }) : secure;
}

function needsUsersError(listener: ListenerSettings): MqttFlowsError {
  if (listener.kind === 'tcp' || listener.kind === 'tls') {
    return new MqttFlowsError('embedded-needs-credentials', {
      stage: 'listen',
      params: { address: listener.bindAddress },
    });
  }
  const place = listener.kind === 'path' ? listener.path : `${listener.bindAddress}:${listener.port}`;
  return new MqttFlowsError('embedded-websocket-needs-users', { stage: 'listen', params: { place } });
}

async function secureOptions(
  RED: NodeAPI,
  tls: string,
  port: number,
  clientCertificate: SecureOptions['clientCertificate'],
): Promise<Result<SecureOptions>> {
  const options = await namedCertificates(RED, tls).then(found, (error: unknown) =>
    failed(asMqttFlowsError(error, 'listen')),
  );
  if (!options.ok) return options;
  // What else it says, such as the name of the server, is about connections to a server.
  const { key, cert, ca, pfx, passphrase } = options.value;
  const incomplete = (code: 'embedded-needs-certificate' | 'embedded-needs-authority') =>
    failed(new MqttFlowsError(code, { stage: 'listen', params: { port } }));
  if (!pfx && !(key && cert)) return incomplete('embedded-needs-certificate');
  // Without one, everybody would be known whose certificate any public authority has signed.
  if (clientCertificate !== 'none' && !ca && !pfx) return incomplete('embedded-needs-authority');
  const context = Object.fromEntries(
    Object.entries({ key, cert, ca, pfx, passphrase }).filter(([, value]) => value !== undefined),
  );
  return found({ context, clientCertificate });
}

function pathOptions(RED: NodeAPI, path: string): Result<ListenerOptions> {
  const { server } = RED;
  const full = below(RED.settings.httpNodeRoot, path);
  if (!server) return failed(new MqttFlowsError('embedded-no-web-server', { stage: 'listen', params: { path: full } }));
  const verify: unknown = Reflect.get(RED.settings, 'webSocketNodeVerifyClient');
  return found({
    kind: 'path',
    path: full,
    server,
    isTaken: () => isTaken(RED, full),
    // What it is called with is documented in Node-RED's settings.js.
    verifyClient: typeof verify === 'function' ? (verify as VerifyClient) : undefined,
  });
}

/** Node-RED disables the nodes' web pages by `false`; its own WebSocket nodes are below `/` then. */
function below(root: unknown, path: string): string {
  const base = typeof root === 'string' && root !== '' ? root : '/';
  return `${base.endsWith('/') ? base : `${base}/`}${path.replace(/^\//, '')}`;
}

/** Whether the editor or a WebSocket node answers at `path`: two answers to one request would be none. */
function isTaken(RED: NodeAPI, path: string): boolean {
  if (path === below(RED.settings.httpAdminRoot, 'comms')) return true;
  let taken = false;
  RED.nodes.eachNode((node: NodeDef & { path?: unknown }) => {
    if (node.type !== 'websocket-listener' || typeof node.path !== 'string') return;
    if (below(RED.settings.httpNodeRoot, node.path) === path) taken = true;
  });
  return taken;
}
