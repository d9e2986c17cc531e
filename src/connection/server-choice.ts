// Which of several servers the next attempt goes to.

import type { MqttFlowsError } from '../core/mqtt-flows-error';
import { SERVER_MOVED } from '../core/reason-code';
import { refersTo } from '../core/server-reference';
import type { Endpoint } from './connection-settings';

export type Endpoints = readonly [Endpoint, ...Endpoint[]];

export class ServerChoice {
  readonly #endpoints: Endpoints;
  #index = 0;
  /** The one to begin with: the first, or where that has moved to. */
  #first = 0;

  constructor(endpoints: Endpoints) {
    this.#endpoints = endpoints;
  }

  get current(): Endpoint {
    return this.#endpoints[this.#index] ?? this.#endpoints[0];
  }

  get count(): number {
    return this.#endpoints.length;
  }

  /** Begins with the first server again. */
  restart(): void {
    this.#index = this.#first;
  }

  /**
   * After a failed attempt comes the next server in the list, after a connection that stood the first one. A server that
   * sends its clients elsewhere is followed to servers of the list only: whoever speaks in its name could otherwise have
   * the credentials sent anywhere.
   */
  failed(error: MqttFlowsError, stood: boolean): void {
    const { length } = this.#endpoints;
    const next = (this.#index + 1) % length;
    if (error.code !== 'another-server') {
      this.#index = stood ? this.#first : next;
      return;
    }
    const reference = String(error.params.serverReference ?? '');
    const meant = this.#endpoints.findIndex(
      ({ address }, index) => index !== this.#index && address !== undefined && refersTo(reference, address),
    );
    this.#index = meant === -1 ? next : meant;
    if (meant !== -1 && error.reasonCode === SERVER_MOVED) this.#first = meant;
  }
}
