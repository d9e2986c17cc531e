// A transport over a real stream, with a listener that records everything.

import type { ErrorStage, MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import type { IncomingPublication } from '#src/core/publications/publication';
import { mqttjsTransports } from '#src/transport/mqttjs/mqttjs-transport';
import type {
  ConnectOptions,
  OpenStream,
  OpenTransport,
  Receipt,
  ServerInfo,
  Transport,
  TransportListener,
} from '#src/transport/transport';
import { Inbox } from '../flows/inbox';

export class RecordingListener implements TransportListener {
  readonly stages: ErrorStage[] = [];
  readonly servers = new Inbox<ServerInfo>('CONNACK at the listener');
  readonly messages = new Inbox<IncomingPublication>('publications at the listener');
  readonly ends = new Inbox<MqttFlowsError>('end at the listener');
  /** The receipts of QoS 1 and 2 messages while `holds` is true. Otherwise messages are acknowledged at once. */
  readonly receipts = new Inbox<Receipt>('receipts at the listener');
  holds = false;
  readonly writables = new Inbox<true>('writable at the listener');

  stage(stage: ErrorStage): void {
    this.stages.push(stage);
  }

  connected(server: ServerInfo): void {
    this.servers.push(server);
  }

  message(publication: IncomingPublication, receipt?: Receipt): void {
    this.messages.push(publication);
    if (receipt && this.holds) this.receipts.push(receipt);
    else receipt?.acknowledge();
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

/** Starts to connect. `transports` are those of an earlier connection whose session continues. */
export function openTransport(
  open: OpenStream,
  options: Partial<ConnectOptions> = {},
  transports: OpenTransport = mqttjsTransports(),
): OpenedTransport {
  const listener = new RecordingListener();
  const complete = {
    server: 'server',
    protocolVersion: 5,
    clientId: 'transport-test',
    keepalive: 60,
    cleanStart: true,
    ...options,
  } as const;
  return { transport: transports(open, complete, listener), listener };
}

/** Connects, and returns when the server has accepted. */
export async function connectTransport(
  open: OpenStream,
  options: Partial<ConnectOptions> = {},
  transports?: OpenTransport,
): Promise<OpenedTransport> {
  const opened = openTransport(open, options, transports);
  await opened.listener.servers.next();
  return opened;
}
