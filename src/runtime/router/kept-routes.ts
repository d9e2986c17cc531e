// Keeps routes from messages in the context of flow or process, so that they outlive the node.

import type { Node, NodeAPI } from 'node-red';
import { type Clock, systemClock } from '../../connection/clock';
import { type ErrorStage, MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { plainText } from '../../core/errors/plain-text';
import type { RouteDefinition } from '../../core/routes/route-definition';
import type { ContextStore } from '../../settings/context-store';
import { ContextKey } from '../context/context-key';
import { answerDetail, LateAnswers, NoAnswer } from '../context/late-answers';

export class KeptRoutes {
  readonly #key: ContextKey;
  readonly #answers: LateAnswers;
  /** The next write, which has not begun. It includes all changes until then. */
  #next: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();
  /** The store has not answered a write in time, and not since. */
  #overdue: NoAnswer | undefined;

  constructor(RED: NodeAPI, node: Node, store: ContextStore, clock: Clock = systemClock) {
    this.#key = new ContextKey(RED, node, store, clock);
    this.#answers = new LateAnswers(clock);
  }

  /** Takes the key. If another node has it, `routes-key-taken` is the result: then nothing is read or written. */
  take(): MqttFlowsError | undefined {
    const keeper = this.#key.take();
    if (!keeper) return undefined;
    const params = { key: this.#key.text, name: plainText(keeper.name || keeper.id) };
    return new MqttFlowsError('routes-key-taken', { stage: 'config', params });
  }

  /** The kept routes; undefined when there are none. Rejects with `routes-unreadable`. */
  async load(): Promise<unknown> {
    try {
      return await this.#key.read();
    } catch (error) {
      throw this.#failure('routes-unreadable', 'config', error);
    }
  }

  /**
   * Keeps the result of `list`, which is called when the store is ready. Rejects with `routes-key-taken` or
   * `routes-not-kept`. What the store does not answer in time may still be kept.
   */
  async save(list: () => RouteDefinition[]): Promise<void> {
    const taken = this.take();
    if (taken) throw taken;
    this.#next ??= this.#writing.then(() => {
      this.#next = undefined;
      const write = this.#key.write(list());
      const answered = (): void => {
        this.#overdue = undefined;
      };
      this.#writing = write.then(answered, answered);
      return write;
    });
    try {
      await this.#answered(this.#next);
    } catch (error) {
      if (error instanceof NoAnswer) this.#overdue = error;
      throw this.#failure('routes-not-kept', 'control', error);
    }
  }

  /** Another node may have the key. */
  close(): void {
    this.#key.leave();
  }

  /** While the store owes an answer, messages do not wait for another one: the messages to route wait behind them. */
  #answered(write: Promise<void>): Promise<void> {
    if (this.#overdue) {
      // It is told when it begins.
      write.catch(() => {});
      return Promise.reject(this.#overdue);
    }
    return this.#answers.ask((answered) => void write.then(() => answered(undefined), answered));
  }

  #failure(code: 'routes-unreadable' | 'routes-not-kept', stage: ErrorStage, error: unknown): MqttFlowsError {
    return new MqttFlowsError(code, { stage, params: { key: this.#key.text, ...answerDetail(error) } });
  }
}
