// Takes the values of a topic state node, from its subscriptions and from messages wired into it, and sends what has
// changed.

import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { Delivery } from '../../connection/acknowledgement/delivery-window';
import type { Connection } from '../../connection/connection';
import { asError } from '../../core/errors/thrown-value';
import type { Codec } from '../../core/payloads/codec';
import { payloadError } from '../../core/payloads/payload-error';
import type { IncomingPublication } from '../../core/publications/publication';
import { isEmptyPayload, removes } from '../../core/state/removal';
import type { StateEntry } from '../../core/state/state-entry';
import type { TopicValue } from '../../core/state/topic-record';
import type { Arrival } from '../../core/state/topic-states';
import type { TopicFilter } from '../../core/topics/topic-filter';
import { readPath } from '../../core/values/template';
import type { ConfigResult } from '../../settings/saved-config';
import type { Compared } from '../../settings/state.config';
import type { PreparedMessage } from '../acknowledgement/acknowledgement';
import { localizedError } from '../node/localize';
import type { MessageInput } from '../publish/message-answers';
import { type FindOutside, outsideFinder } from '../publish/outside-values';
import { MessagePreparation } from '../subscribe/message-preparation';
import type { NodeSubscription } from '../subscribe/node-subscriptions';
import { decodedMessage } from '../subscribe/received-message';
import type { LiveState } from './live-state';
import { changeMessage, changeProperties, valueIn } from './state-messages';

interface ValueParts {
  readonly RED: NodeAPI;
  readonly node: Node;
  readonly live: LiveState;
  readonly codec: Codec;
  readonly compared: Compared;
  readonly connection: Connection | undefined;
}

/** A value whose part to compare is not known yet. */
type Uncompared = Omit<Arrival, 'compared'> & { readonly removed: boolean };

/** Makes what takes values. An invalid expression is the error. */
export function stateValues(parts: ValueParts): ConfigResult<StateValues> {
  const { RED, node, compared } = parts;
  const outside =
    compared.kind === 'jsonata' ? [{ type: 'jsonata', text: compared.text, setting: 'change' } as const] : [];
  const finder = outsideFinder(RED, node, outside, { stage: 'decode', overloaded: 'changes-overloaded' });
  return finder.ok ? { ok: true, config: new StateValues(parts, finder.config) } : finder;
}

export class StateValues {
  readonly #parts: ValueParts;
  readonly #find: FindOutside;
  readonly #preparation: MessagePreparation;

  constructor(parts: ValueParts, find: FindOutside) {
    this.#parts = parts;
    this.#find = find;
    const { RED, codec } = parts;
    this.#preparation = new MessagePreparation(RED, { codec, undecodable: 'error', requestsOnly: false });
  }

  /** A publication by the subscription `by`. Where an expression takes time, the promise resolves when it is in the state. */
  received(delivery: Delivery, by: NodeSubscription | undefined, replayed: boolean): void | Promise<void> {
    const { RED, codec, live } = this.#parts;
    const { topic, payload, retain } = delivery.publication;
    // It has nothing in it that could be taken out.
    if (payload.length === 0 && removes(retain, this.#flagIsTrue(by), live.states.records.find(topic)?.value)) {
      const { message } = decodedMessage(RED, delivery, by, by?.codec ?? codec);
      return this.#arrived(message, topic, replayed, true);
    }
    const prepared = this.#preparation.prepare(delivery, by);
    if (prepared instanceof Promise) return prepared.then((later) => this.#prepared(later, topic, replayed));
    return this.#prepared(prepared, topic, replayed);
  }

  /** What a question gets of a publication that is not kept; undefined when it is unreadable, which is reported. */
  entry(publication: IncomingPublication, filter: TopicFilter): StateEntry | undefined {
    const { RED, node, codec, live } = this.#parts;
    const { topic } = publication;
    const { message, decoded } = decodedMessage(RED, { publication, filter, qos: 0 }, undefined, codec);
    if (decoded.ok) return { ...receivedValue(message), topic, age: 0, at: Math.round(live.time.wall) };
    node.error(localizedError(RED, payloadError('payload-undecodable', decoded, topic)), message);
    return undefined;
  }

  /** A message at the input, with a value for `topic`. It goes on if it is a change. */
  wired({ message, send, done }: MessageInput, topic: string): void {
    const { RED, live } = this.#parts;
    const value = valueIn(RED, message as MessageInput['message'] & Record<string, unknown>);
    const removed =
      isEmptyPayload(value.payload) && removes(value.retain, false, live.states.records.find(topic)?.value);
    void this.#compare({ topic, value, replayed: false, removed }, done, (arrival) => {
      const change = removed ? live.remove(arrival) : live.take(arrival);
      if (change) send(Object.assign(message, changeProperties(change, live.time.now)));
      done();
    });
  }

  /** A payload that is unreadable, or without the value that its filter takes, is an error; the earlier value stays. */
  #prepared({ message, error, dropped }: PreparedMessage, topic: string, replayed: boolean): void | Promise<void> {
    if (error) this.#parts.node.error(error, message);
    else if (!dropped) return this.#arrived(message, topic, replayed, false);
  }

  #arrived(message: NodeMessage, topic: string, replayed: boolean, removed: boolean): void | Promise<void> {
    const { RED, node, live } = this.#parts;
    const failed = (problem: Error): void => node.error(problem, message);
    return this.#compare({ topic, value: receivedValue(message), replayed, removed }, failed, (arrival) => {
      const change = removed ? live.remove(arrival) : live.take(arrival);
      if (change) node.send([changeMessage(RED, change, live.time.now)]);
    });
  }

  /** By MQTT 5, and if the subscription asks for it, the retain flag is that of the publisher. */
  #flagIsTrue(by: NodeSubscription | undefined): boolean {
    const state = this.#parts.connection?.state;
    return state?.kind === 'connected' && state.info.protocolVersion === 5 && by?.options.retainAsPublished === true;
  }

  /** Finds what is to be compared, and hands the arrival to `take`, in the order of arrival. */
  #compare(value: Uncompared, failed: (error: Error) => void, take: (arrival: Arrival) => void): void | Promise<void> {
    const { compared, RED } = this.#parts;
    if (compared.kind === 'path') return take({ ...value, compared: readPath(value.value, compared.path) });
    // An empty payload may be none that the expression can calculate with.
    const lost = (problem: Error): void => {
      if (value.removed) take({ ...value, compared: undefined });
      else failed(problem);
    };
    return new Promise((resolve) => {
      this.#find(
        { ...value.value, topic: value.topic } as NodeMessage,
        (found) => {
          resolve();
          if (found.ok) take({ ...value, compared: found.config[0] });
          else lost(localizedError(RED, found.error));
        },
        (thrown) => {
          resolve();
          lost(asError(thrown));
        },
      );
    });
  }
}

/** A received message without what is beside its value. */
function receivedValue(message: NodeMessage): TopicValue {
  const { _msgid: _id, topic: _topic, ...value } = message as NodeMessage & Record<string, unknown>;
  // decodedMessage() has set both.
  return value as unknown as TopicValue;
}
