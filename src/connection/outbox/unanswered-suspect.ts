// Finds the topic of a publication at QoS 0 over which the server ends the connection. Nothing answers QoS 0, so this can
// only be seen from the time: servers such as RabbitMQ close the connection when a topic is forbidden, and say nothing.

import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';

/** A server that ends the connection because of a publication does so within this time, in ms. */
const SOON = 1000;

export class UnansweredSuspect {
  /** The last publication at QoS 0 over the current connection, and when it was sent, in ms. */
  #latest: string | undefined;
  #latestAt = 0;
  /** The topic after which the last connection ended. */
  #suspected: string | undefined;
  /** When the suspected topic was first sent over the current connection, in ms. */
  #firstAt: number | undefined;

  /** A publication at QoS 0 was sent at `now`, in ms of the clock. Called for each, so it must stay cheap. */
  sent(topic: string, now: number): void {
    this.#latest = topic;
    this.#latestAt = now;
    if (topic === this.#suspected) this.#firstAt ??= now;
  }

  /**
   * The connection has ended at `now` in ms; `silently` without a reason. Returns the topic when this connection and the
   * one before ended right after it was sent for the first time: one that a connection outlives is allowed.
   */
  ended(silently: boolean, now: number): string | undefined {
    const confirmed = silently && this.#firstAt !== undefined && now - this.#firstAt <= SOON;
    if (!confirmed) this.#suspected = silently && now - this.#latestAt <= SOON ? this.#latest : undefined;
    this.#latest = undefined;
    this.#firstAt = undefined;
    return confirmed ? this.#suspected : undefined;
  }
}

/**
 * What is known of `error` when a publication to `topic` seems to have ended the connection, at any QoS; undefined without
 * a topic. A reason that the server itself has given is better.
 */
export function overPublication(error: MqttFlowsError, topic: string | undefined): MqttFlowsError | undefined {
  if (topic === undefined) return undefined;
  if (error.code !== 'connection-lost') return error;
  return new MqttFlowsError('publication-ends-connection', { stage: error.stage, params: { ...error.params, topic } });
}
