// A transport over the real wire, and everything that it tells its listener.

import type { ErrorStage, MqttFlowsError } from '#src/core/mqtt-flows-error';
import type { IncomingPublication } from '#src/core/publication';
import { mqttjsTransports } from '#src/transport/mqttjs-transport';
import type { ConnectOptions, OpenStream, ServerInfo, Transport, TransportListener } from '#src/transport/transport';
import { Inbox } from './inbox';

export class RecordingListener implements TransportListener {
  readonly stages: ErrorStage[] = [];
  readonly servers = new Inbox<ServerInfo>('CONNACK at the listener');
  readonly messages = new Inbox<IncomingPublication>('publications at the listener');
  readonly ends = new Inbox<MqttFlowsError>('end at the listener');
  readonly writables = new Inbox<true>('writable at the listener');

  stage(stage: ErrorStage): void {
    this.stages.push(stage);
  }

  connected(server: ServerInfo): void {
    this.servers.push(server);
  }

  message(publication: IncomingPublication): void {
    this.messages.push(publication);
  }

  writable(): void {
    this.writables.push(true);
  }

  closed(error: MqttFlowsError): void {
    this.ends.push(error);
  }
}

export interface OpenedTransport {
  readonly transport: Transport;
  readonly listener: RecordingListener;
}

/** Starts to connect. */
export function openTransport(open: OpenStream, options: Partial<ConnectOptions> = {}): OpenedTransport {
  const listener = new RecordingListener();
  const complete = {
    protocolVersion: 5,
    clientId: 'transport-test',
    keepalive: 60,
    cleanStart: true,
    ...options,
  } as const;
  return { transport: mqttjsTransports()(open, complete, listener), listener };
}

/** Connects, and returns when the server has accepted. */
export async function connectTransport(
  open: OpenStream,
  options: Partial<ConnectOptions> = {},
): Promise<OpenedTransport> {
  const opened = openTransport(open, options);
  await opened.listener.servers.next();
  return opened;
}
