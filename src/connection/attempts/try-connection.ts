// Makes a connection only to test it, and closes it at once. Knows no Node-RED and no mqtt.js.

import { type ErrorStage, MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { TestFact } from '../../core/reports/connection-test';
import type { OpenTransport, ProtocolVersion, ServerInfo, TransportListener } from '../../transport/transport';
import type { Clock } from '../clock';
import type { AttemptOptions, ConnectionSettings, Endpoint } from '../connection-settings';
import { connectTimedOut } from './connect-timed-out';
import { VersionChoice } from './version-choice';

/** Is told of the progress of a trial. */
export interface TrialListener {
  attempt(version: ProtocolVersion): void;
  stage(stage: ErrorStage): void;
  learnt(fact: TestFact): void;
  /** The server has accepted. Only the disconnect is left. */
  connected(info: ServerInfo): void;
}

export type TrialResult =
  | { readonly ok: true; readonly info: ServerInfo }
  | { readonly ok: false; readonly error: MqttFlowsError };

/** What is tried, and how. */
export interface Trial {
  readonly endpoint: Endpoint;
  readonly options: AttemptOptions;
  readonly protocolVersion: ConnectionSettings['protocolVersion'];
  /** ms that each version of MQTT may take until CONNACK */
  readonly connectTimeout: number;
  readonly openTransport: OpenTransport;
  readonly clock: Clock;
}

/**
 * Connects as a connection would, with an older version when the server refuses MQTT 5, and closes again. What takes too
 * long is `connection-timeout` with the stage it had got to. When `signal` aborts, whatever is half open is destroyed, and
 * the result is `connection-closed`.
 */
export async function tryConnection(trial: Trial, listener: TrialListener, signal: AbortSignal): Promise<TrialResult> {
  const choice = new VersionChoice(trial.protocolVersion);
  for (;;) {
    listener.attempt(choice.version);
    const result = await attempt(trial, choice.version, listener, signal);
    if (result.ok || signal.aborted || !choice.failed(result.error)) return result;
  }
}

function attempt(
  { endpoint, options, connectTimeout, openTransport, clock }: Trial,
  protocolVersion: ProtocolVersion,
  listener: TrialListener,
  signal: AbortSignal,
): Promise<TrialResult> {
  return new Promise((resolve) => {
    let reached: ErrorStage = 'tcp';
    const stopWaiting = (): void => {
      cancelTimer();
      signal.removeEventListener('abort', abort);
    };
    const finish = (result: TrialResult): void => {
      stopWaiting();
      resolve(result);
    };
    const heard: TransportListener = {
      stage: (stage) => {
        reached = stage;
        listener.stage(stage);
      },
      connected: (info) => {
        stopWaiting();
        listener.connected(info);
        void transport.close().then(() => finish({ ok: true, info }));
      },
      message: () => {},
      writable: () => {},
      closed: (error) => finish({ ok: false, error }),
    };
    const transport = openTransport(
      (report, aborted) => endpoint.open(report, aborted, (fact) => listener.learnt(fact)),
      { ...options, server: endpoint.name, protocolVersion },
      heard,
    );
    const giveUp = (error: MqttFlowsError): void => {
      transport.destroy();
      finish({ ok: false, error });
    };
    const abort = (): void => giveUp(new MqttFlowsError('connection-closed', { stage: reached }));
    const cancelTimer = clock.after(connectTimeout, () => giveUp(connectTimedOut(reached, connectTimeout)));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}
