// The messages that a publish node sends by itself. They end with the node: its next instance sends its own.

import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { type Clock, systemClock } from '../../connection/clock';
import type { Connection } from '../../connection/connection';
import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { asError } from '../../core/errors/thrown-value';
import type { PublicationResult } from '../../core/publications/publication-from-message';
import type { PublishResult } from '../../core/publications/publish-options';
import type { OutsideFound } from '../../core/values/outside-value';
import { flowsStarted } from '../deploy/deploy-events';
import { localizedError } from '../node/localize';
import { publishedMessage } from './message-answers';
import type { FindOutside } from './outside-values';
import { type SendingPlan, SendingTimes } from './sending-times';

interface OwnMessages {
  readonly plan: SendingPlan;
  readonly connection: Connection;
  readonly find: FindOutside;
  /** Makes the publication of a message. */
  build(message: NodeMessageInFlow, outside: OutsideFound): PublicationResult;
  /** Tells whether the last message could not be made. */
  failing(is: boolean): void;
}

/** Sends the messages of `node` from the time when all nodes of the deploy have started until it is closed. */
export function sendOwnMessages(RED: NodeAPI, node: Node, own: OwnMessages, clock: Clock = systemClock): void {
  const { plan, connection } = own;
  const sender = new OwnSender(RED, node, own);
  const times = new SendingTimes(clock, plan, (settled) => sender.send(settled));
  let end = (): void => {};
  // Subscribe nodes that are to hear the answer may be made after this node.
  void flowsStarted(RED, node).then(() => {
    end = connection.watch((state) => times.follow(state));
  });
  node.on('close', () => {
    end();
    times.stop();
    sender.close();
  });
}

class OwnSender {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #own: OwnMessages;
  #closed = false;
  /** Why the last message could not be made, as it was told. */
  #problem: string | undefined;

  constructor(RED: NodeAPI, node: Node, own: OwnMessages) {
    this.#RED = RED;
    this.#node = node;
    this.#own = own;
  }

  close(): void {
    this.#closed = true;
  }

  send(settled: () => void): void {
    const message: NodeMessageInFlow = { _msgid: this.#RED.util.generateId() };
    const failed = (error: Error): void => {
      settled();
      this.#notMade(error, message);
    };
    this.#own.find(
      message,
      (found) => {
        // A store may answer after the node has been replaced, whose successor publishes by its own settings.
        if (this.#closed) return settled();
        const built = found.ok ? this.#own.build(message, found.config) : { ok: false as const, error: found.error };
        if (!built.ok) return failed(this.#localized(built.error));
        this.#made();
        const { publication } = built;
        // It waits, whatever the setting: at the beginning of a connection, birth and subscriptions come before.
        const options = { whileOffline: 'wait', completeOn: 'acknowledged', origin: this.#node.id } as const;
        this.#own.connection.publish(
          publication,
          (result) => {
            settled();
            const { topic, payload, qos } = publication;
            this.#answer(result, { ...message, topic, payload }, qos > 0);
          },
          options,
        );
      },
      (error) => failed(asError(error)),
    );
  }

  #made(): void {
    this.#problem = undefined;
    this.#own.failing(false);
  }

  /** What is wrong in the same way each time is told once: the status shows that it is still so. */
  #notMade(error: Error, message: NodeMessageInFlow): void {
    if (this.#closed) return;
    this.#own.failing(true);
    if (this.#problem === error.message) return;
    this.#problem = error.message;
    this.#tell(error, message);
  }

  #answer(result: PublishResult, message: NodeMessageInFlow, reasoned: boolean): void {
    if (!result.ok) return this.#tell(this.#localized(result.error), message);
    if (!this.#closed) this.#node.send(publishedMessage(message, reasoned ? result.reasonCode : undefined));
  }

  /** A closed node has nobody to tell. */
  #tell(error: Error, message: NodeMessageInFlow): void {
    if (!this.#closed) this.#node.error(error, message);
  }

  #localized(error: MqttFlowsError): Error {
    return localizedError(this.#RED, error);
  }
}
