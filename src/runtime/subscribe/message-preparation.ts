// Makes the messages of a subscribe node from its deliveries, in their order: at once, or later where a value is a JSONata
// expression, which Node-RED evaluates asynchronously.

import type { NodeAPI } from 'node-red';
import type { Delivery } from '../../connection/acknowledgement/delivery-window';
import { type Clock, systemClock } from '../../connection/clock';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { asError } from '../../core/errors/thrown-value';
import { InOrder } from '../../core/queues/in-order';
import type { PreparedMessage } from '../acknowledgement/acknowledgement';
import { endedInTime } from '../deploy/node-closing';
import { localizedError } from '../node/localize';
import type { NodeSubscription } from './node-subscriptions';
import { type MessageSettings, receivedMessage } from './received-message';
import { rowValueOf, withValue } from './row-value';

/** An expression that never ends must not fill the memory: messages above this number are errors. */
const MOST_WAITING = 10_000;

export class MessagePreparation {
  readonly #RED: NodeAPI;
  readonly #settings: MessageSettings;
  /** Made when the first expression is evaluated. */
  #order: InOrder | undefined;

  constructor(RED: NodeAPI, settings: MessageSettings) {
    this.#RED = RED;
    this.#settings = settings;
  }

  /** The message of a delivery by the subscription `by`, which is undefined if it has been removed meanwhile. */
  prepare(delivery: Delivery, by: NodeSubscription | undefined): PreparedMessage | Promise<PreparedMessage> {
    if (by?.value?.evaluate) this.#order ??= new InOrder(MOST_WAITING);
    const prepared = receivedMessage(this.#RED, delivery, by, this.#settings);
    // Messages without an expression wait, too, behind those that have one.
    return this.#order ? this.#inOrder(this.#order, prepared, by) : this.#valued(prepared, by);
  }

  /** Resolves when all messages so far have been prepared, or after 5 s. Undefined when nothing is to be waited for. */
  unfinished(clock: Clock = systemClock): Promise<unknown> | undefined {
    const order = this.#order;
    if (!order || order.full) return undefined;
    const prepared = new Promise<void>((resolve) => {
      order.run(
        () => void resolve(),
        () => resolve(),
      );
    });
    return endedInTime(prepared, clock);
  }

  #valued(prepared: PreparedMessage, by: NodeSubscription | undefined): PreparedMessage | Promise<PreparedMessage> {
    // What could not be decoded has no value.
    if (!by?.value || !prepared.decoded || prepared.error) return prepared;
    const { value } = by;
    const taken = rowValueOf(value, prepared.message);
    if (!(taken instanceof Promise)) return withValue(this.#RED, prepared, value, taken);
    return taken.then((later) => withValue(this.#RED, prepared, value, later));
  }

  #inOrder(
    order: InOrder,
    prepared: PreparedMessage,
    by: NodeSubscription | undefined,
  ): PreparedMessage | Promise<PreparedMessage> {
    return new Promise((resolve) => {
      const failed = (error: unknown): void => resolve({ ...prepared, error: asError(error) });
      const work = (): Promise<void> | undefined => {
        const valued = this.#valued(prepared, by);
        if (valued instanceof Promise) return valued.then(resolve);
        resolve(valued);
        return undefined;
      };
      if (order.run(work, failed)) return;
      const params = { maximum: MOST_WAITING };
      const error = new MqttFlowsError('values-overloaded', { stage: 'decode', params });
      resolve({ ...prepared, error: localizedError(this.#RED, error) });
    });
  }
}
