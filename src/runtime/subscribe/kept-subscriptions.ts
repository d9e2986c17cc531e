// The subscriptions that messages have added, in the context of their node, so that they outlive it. No other node can reach
// that context.

import type { Node } from 'node-red';
import { type Clock, systemClock } from '../../connection/clock';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { answerDetail, LateAnswers } from '../context/late-answers';

/** The key of the list. */
const KEY = 'subscriptions';

export class KeptSubscriptions {
  readonly #context;
  readonly #answers: LateAnswers;
  /** Why the list could not be read. It is not overwritten then, until it is of no use any more. */
  #unreadable: MqttFlowsError | undefined;

  constructor(node: Node, clock: Clock = systemClock) {
    this.#context = node.context();
    this.#answers = new LateAnswers(clock);
  }

  /** The list, whose entries may be anything. Rejects with `subscriptions-unreadable`. */
  async read(): Promise<readonly unknown[]> {
    try {
      const value: unknown = await this.#answers.ask((answered) => this.#context.get(KEY, answered));
      return Array.isArray(value) ? value : [];
    } catch (error) {
      this.#unreadable = new MqttFlowsError('subscriptions-unreadable', {
        stage: 'control',
        params: answerDetail(error),
      });
      throw this.#unreadable;
    }
  }

  /** Nothing of the list is wanted any more. */
  abandon(): void {
    this.#unreadable = undefined;
  }

  /** Rejects with `subscriptions-not-kept`, or with why the list could not be read. */
  async write(list: readonly object[]): Promise<void> {
    if (this.#unreadable) throw this.#unreadable;
    try {
      await this.#answers.ask<void>((answered) => this.#context.set(KEY, list, answered));
    } catch (error) {
      throw new MqttFlowsError('subscriptions-not-kept', { stage: 'control', params: answerDetail(error) });
    }
  }
}
