// The ways by which devices reach an embedded broker.

import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';

/** What is asked of a client's certificate; `user`: its common name is the user name. */
export type ClientCertificate = 'none' | 'required' | 'user';

export interface SecureOptions {
  readonly context: SecureContextOptions;
  readonly clientCertificate: ClientCertificate;
}

/** A port of this computer. */
export interface PortOptions {
  readonly kind: 'port';
  readonly port: number;
  readonly bindAddress: string;
  /** MQTT over WebSocket (MQTT 5, section 6). */
  readonly webSocket: boolean;
  /** undefined: without TLS */
  readonly secure: SecureOptions | undefined;
}

/** As `ws` calls it, which is how Node-RED's setting webSocketNodeVerifyClient is written. */
export type VerifyClient = (
  info: { origin: string; secure: boolean; req: IncomingMessage },
  callback: (accepted: boolean, code?: number, message?: string) => void,
) => unknown;

/** A path of a web server that is there already, by WebSocket. */
export interface PathOptions {
  readonly kind: 'path';
  readonly path: string;
  readonly server: HttpServer;
  /** Whether somebody else answers there. */
  readonly isTaken: () => boolean;
  readonly verifyClient: VerifyClient | undefined;
}

export type ListenerOptions = PortOptions | PathOptions;

/** What is known of a device before it says anything. */
export interface Arrival {
  readonly address: string;
  /** The common name of its certificate, where that is its user name; blank when it has none. */
  readonly certificateName?: string | undefined;
}

type Admit = (stream: Duplex, arrival: Arrival) => void;

/** One that is open. */
export interface DeviceListener {
  /** The port in use, even if the operating system chose it; undefined for a path. */
  readonly port: number | undefined;
  readonly connectionCount: number;
  /** Takes no more devices, and cuts those that are there. */
  close(): Promise<void>;
}

/** What opens a listener is handed. */
export interface Admission {
  /** The most connections at a time; further ones are closed at once. */
  readonly maximumConnections: number;
  readonly admit: Admit;
  /** One was closed because there are as many as there may be. */
  readonly dropped: (address: string) => void;
}
