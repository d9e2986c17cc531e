// Chooses the server of the next attempt, and its version of MQTT, which is known for each server separately.

import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { SERVER_MOVED } from '../../core/errors/reason-code';
import { refersTo } from '../../core/servers/server-reference';
import type { ConnectionSettings, Endpoint } from '../connection-settings';
import { VersionChoice } from './version-choice';

export type Endpoints = readonly [Endpoint, ...Endpoint[]];

interface Candidate {
  readonly endpoint: Endpoint;
  readonly version: VersionChoice;
}

export class ServerChoice {
  readonly #candidates: readonly [Candidate, ...Candidate[]];
  #index = 0;
  /** The server to begin with: the first, or the one that it has moved to. */
  #first = 0;

  constructor([first, ...others]: Endpoints, protocolVersion: ConnectionSettings['protocolVersion']) {
    const candidate = (endpoint: Endpoint): Candidate => ({ endpoint, version: new VersionChoice(protocolVersion) });
    this.#candidates = [candidate(first), ...others.map(candidate)];
  }

  get current(): Endpoint {
    return this.#candidate.endpoint;
  }

  /** The version choice of the current server. */
  get protocol(): VersionChoice {
    return this.#candidate.version;
  }

  get count(): number {
    return this.#candidates.length;
  }

  /** Begins with the first server again. */
  restart(): void {
    this.#index = this.#first;
  }

  /**
   * After a failed attempt the next server of the list follows; after a connection that stood, the first one. A
   * redirect is followed to servers of the list only: an attacker that speaks for a server could otherwise have the
   * credentials sent anywhere.
   */
  failed(error: MqttFlowsError, stood: boolean): void {
    const { length } = this.#candidates;
    const next = (this.#index + 1) % length;
    if (error.code !== 'another-server') {
      this.#index = stood ? this.#first : next;
      return;
    }
    const reference = String(error.params.serverReference ?? '');
    const meant = this.#candidates.findIndex(
      ({ endpoint: { address } }, index) =>
        index !== this.#index && address !== undefined && refersTo(reference, address),
    );
    this.#index = meant === -1 ? next : meant;
    if (meant !== -1 && error.reasonCode === SERVER_MOVED) this.#first = meant;
  }

  get #candidate(): Candidate {
    return this.#candidates[this.#index] ?? this.#candidates[0];
  }
}
