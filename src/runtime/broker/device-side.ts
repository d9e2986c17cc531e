// Lets devices reach the broker inside Node-RED as the settings of its node say, and tells how that went.

import { createSecureContext } from 'node:tls';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { EmbeddedSettings } from '../../settings/broker.config';
import type { ListenerOptions } from '../../transport/embedded/device-listener';
import type { ListenReport } from '../../transport/embedded/device-listeners';
import type { DeviceOptions, EmbeddedBroker } from '../../transport/embedded/embedded-broker';
import { asMqttFlowsError } from '../../transport/streams/network-error';
import { savedCredentials } from '../client/client-identity';
import { openingPorts } from '../client/ports-being-opened';
import { flowsStarted } from '../deploy/deploy-events';
import { sharedText } from '../node/localize';
import { reportError } from '../node/node-problem';
import { listenerOptions, listenersOf } from './device-doors';
import { deviceUsers } from './device-users';

/** ms between two looks at the files of a certificate, which is renewed every few weeks */
const RENEWAL = 3600 * 1000;

/**
 * Opens the listeners of `broker`, and closes those that `settings` do not have. What fails is reported by `node`; flows
 * in this Node-RED use the broker in any case. Returns what tells why devices cannot connect, at the time of its call.
 */
export function listenForDevices(
  RED: NodeAPI,
  node: Node,
  definition: NodeDef,
  settings: EmbeddedSettings,
  broker: EmbeddedBroker,
): () => readonly MqttFlowsError[] {
  const started = flowsStarted(RED, node);
  let closed = false;
  let renewing: NodeJS.Timeout | undefined;
  /** What keeps devices out before any listener is tried. */
  let unready: readonly MqttFlowsError[] = [];
  node.on('close', () => {
    closed = true;
    clearInterval(renewing);
  });
  const report = (error: MqttFlowsError): void => {
    const told = (): void => reportError(RED, node, error, { server: sharedText(RED, 'log.embedded') });
    void started.then(told);
  };
  const listening = listenReport(RED, node, report);
  /** `accepts` is asked whether to go on in spite of a problem, `fits` whether with these options. */
  const listen = async (
    accepts: (error: MqttFlowsError) => boolean,
    fits: (options: DeviceOptions | undefined) => boolean = () => true,
  ): Promise<void> => {
    const found: MqttFlowsError[] = [];
    try {
      let goesOn = true;
      const options = await deviceOptions(RED, node, definition, settings, (error) => {
        found.push(error);
        goesOn = accepts(error) && goesOn;
      });
      // Settings that a replaced node reads late must not override those of its successor.
      if (!goesOn || closed || !fits(options)) return;
      unready = found;
      await broker.listen(options, listening);
    } catch (error) {
      accepts(asMqttFlowsError(error, 'listen'));
    }
  };
  const opening = listen((error) => {
    report(error);
    return true;
  });
  const ports = listenersOf(settings).flatMap((listener) => (listener.kind === 'path' ? [] : listener.port));
  openingPorts(ports, opening);
  const problems = (): readonly MqttFlowsError[] => [...unready, ...broker.listenerProblems];
  if (!listenersOf(settings).some(({ kind }) => kind === 'tls' || kind === 'wss')) return problems;
  // A listener that is open stays open while its new certificate cannot be read, or is there without its key.
  const accepts = ({ code }: MqttFlowsError): boolean => code === 'embedded-password-missing';
  renewing = setInterval(() => void listen(accepts, hasUsableCertificates), RENEWAL).unref();
  return problems;
}

/** Whether OpenSSL takes each certificate with its key: files that are being replaced may not belong together. */
function hasUsableCertificates(options: DeviceOptions | undefined): boolean {
  return (options?.listeners ?? []).every((listener) => {
    if (listener.kind === 'path' || !listener.secure) return true;
    try {
      return createSecureContext(listener.secure.context) !== undefined;
    } catch {
      return false;
    }
  });
}

/** undefined: no device can connect, and no credential is looked at. */
async function deviceOptions(
  RED: NodeAPI,
  node: Node,
  definition: NodeDef,
  settings: EmbeddedSettings,
  report: (error: MqttFlowsError) => void,
): Promise<DeviceOptions | undefined> {
  const wanted = listenersOf(settings);
  if (wanted.length === 0) return undefined;
  const credential = savedCredentials(RED, definition);
  const { directory, guarded, problems } = await deviceUsers(RED, node, credential, settings);
  problems.forEach(report);
  const listeners: ListenerOptions[] = [];
  for (const listener of wanted) {
    const options = await listenerOptions(RED, listener, settings.listenerTls, guarded);
    if (options.ok) listeners.push(options.value);
    else report(options.error);
  }
  return { listeners, directory };
}

/** Says in the log what is open, and in the log and the status what is not. */
function listenReport(RED: NodeAPI, node: Node, report: (error: MqttFlowsError) => void): ListenReport {
  const failing = new Map<ListenerOptions, string>();
  const show = (): void => {
    const [text] = failing.values();
    node.status(text === undefined ? {} : { fill: 'red', shape: 'ring', text });
  };
  return {
    opened(options, port) {
      node.log(openedText(RED, options, port));
      if (failing.delete(options)) show();
    },
    failed(options, error) {
      const place = options.kind === 'path' ? options.path : options.port;
      failing.set(options, sharedText(RED, 'state.closed', { place }));
      show();
      report(error);
    },
  };
}

function openedText(RED: NodeAPI, options: ListenerOptions, port: number | undefined): string {
  if (options.kind === 'path') return sharedText(RED, 'log.listeningPath', { path: options.path });
  const { bindAddress: address, webSocket, secure } = options;
  const place = { address, port: port ?? options.port };
  const kind = `${webSocket ? 'WebSocket' : 'MQTT'}${secure ? ' + TLS' : ''}`;
  if (kind === 'MQTT') return sharedText(RED, 'log.listening', place);
  return sharedText(RED, 'log.listeningBy', { ...place, kind });
}
