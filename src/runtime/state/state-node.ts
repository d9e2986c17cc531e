// A topic state node while it runs: its values, its questions, and what becomes of both over deploys and restarts.

import type { NodeMessageInFlow } from 'node-red';
import { type Clock, systemClock } from '../../connection/clock';
import type { Connection } from '../../connection/connection';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { asError } from '../../core/errors/thrown-value';
import type { IncomingPublication } from '../../core/publications/publication';
import { readEntries } from '../../core/state/state-entry';
import { readStateRequest, type StateRequest } from '../../core/state/state-request';
import type { RestoredTopic } from '../../core/state/topic-states';
import { readPath } from '../../core/values/template';
import type { ConfigResult } from '../../settings/saved-config';
import type { StateNodeSettings } from '../../settings/state.config';
import { flowsStarted } from '../deploy/deploy-events';
import { onClose } from '../deploy/node-closing';
import { editorId } from '../deploy/saved-nodes';
import { localizedError } from '../node/localize';
import { reportError } from '../node/node-problem';
import { atOutput } from '../node/outputs';
import type { MessageInput } from '../publish/message-answers';
import { NodeFilters, refreshFilters } from '../subscribe/node-filters';
import { type NodeSubscription, NodeSubscriptions } from '../subscribe/node-subscriptions';
import { whyItHearsItself } from '../subscribe/subscribe-status';
import { KeptState } from './kept-state';
import { comparedBy, type LeftState, leftStates, restoredTopics } from './left-state';
import { LiveState } from './live-state';
import { entriesOf } from './state-messages';
import type { StateNodeParts } from './state-node-parts';
import { StateQuestions } from './state-questions';
import { StateStatus } from './state-status';
import { type StateValues, stateValues } from './state-values';
import { StoredMessages } from './stored-messages';

/** The outputs, from the first. */
const CHANGES = 0;
const SILENCE = 1;
const ANSWERS = 2;
const UNKNOWN = 3;

/** Messages that may wait for a context store. */
const MOST_EARLY = 1000;

/** Starts a node. An invalid expression is the error. */
export function startStateNode(parts: StateNodeParts, clock: Clock = systemClock): ConfigResult<StateNode> {
  const { RED, node, settings, connection, codec } = parts;
  const told: { touched(): void } = { touched: () => {} };
  const live = new LiveState(RED, settings, clock, {
    changed: (message) => node.send(atOutput(CHANGES, message)),
    silence: (message) => node.send(atOutput(SILENCE, message)),
    touched: () => told.touched(),
  });
  const values = stateValues({ RED, node, live, codec, connection, compared: settings.compared });
  if (!values.ok) return values;
  const running = new StateNode(parts, live, values.config, clock);
  told.touched = () => running.touched();
  return { ok: true, config: running };
}

export class StateNode {
  readonly live: LiveState;
  readonly #parts: StateNodeParts;
  readonly #values: StateValues;
  readonly #questions: StateQuestions;
  readonly #subscriptions: NodeSubscriptions | undefined;
  readonly #filters: NodeFilters;
  readonly #stored: StoredMessages | undefined;
  readonly #kept: KeptState | undefined;
  readonly #status: StateStatus;
  #unwatch: () => void = () => {};
  readonly #started: Promise<void>;
  /** Resolves when what was known before is known again. */
  readonly #ready: Promise<void>;
  #closed = false;
  /** What the instance before a deploy has left. It is kept for no longer than the deploy takes, so it is taken at once. */
  #left: LeftState | undefined;
  /** Whether the state of before is in it, or could not be read. */
  #loaded = false;
  /** Messages that wait for that. */
  #early = 0;

  constructor(parts: StateNodeParts, live: LiveState, values: StateValues, clock: Clock) {
    const { RED, node, settings, connection, rows } = parts;
    this.#parts = parts;
    this.#left = leftStates.take(node);
    this.#started = flowsStarted(RED, node);
    this.live = live;
    this.#values = values;
    const owner = editorId(node);
    this.#stored = connection && new StoredMessages(connection, clock, owner);
    this.#questions = new StateQuestions({
      RED,
      live,
      settings,
      connection,
      stored: this.#stored,
      keep: (publication, row) => this.#keep(publication, row),
      entry: (publication, filter) => values.entry(publication, filter),
    });
    this.#takeRows();
    this.#subscriptions = connection && this.#subscribing(connection, owner);
    this.#filters = new NodeFilters({
      ...{ RED, node, rows, connection, subscriptions: this.#subscriptions },
      found: () => this.#takeRows(),
    });
    this.#kept = settings.store && this.#keeping(settings.store, clock);
    const shown = { live, connection, subscriptions: this.#subscriptions, rows, kept: this.#kept, clock };
    this.#status = new StateStatus(RED, node, shown);
    this.#ready = this.#begin();
    onClose(RED, node, (removed, done) => void this.#close(removed).then(done, done));
  }

  touched(): void {
    this.#status.refresh();
    this.#kept?.touch();
  }

  /** Handles a message at the input; false when it asks for nothing that this node does. */
  take(input: MessageInput): boolean {
    // A message may hold anything under any name.
    const message = input.message as NodeMessageInFlow & Record<string, unknown>;
    const request = readStateRequest(message, this.#parts.settings.input);
    if (!request) return false;
    const carryOut = (): void => {
      try {
        this.#carryOut(request, input);
      } catch (error) {
        // Such as a message with a property that cannot be changed.
        input.done(asError(error));
      }
    };
    if (this.#early === MOST_EARLY) {
      const params = { maximum: MOST_EARLY };
      input.done(localizedError(this.#parts.RED, new MqttFlowsError('state-overloaded', { stage: 'control', params })));
    } else {
      if (!this.#loaded) this.#early++;
      void this.#ready.then(carryOut);
    }
    return true;
  }

  #carryOut(request: StateRequest, input: MessageInput): void {
    const { RED } = this.#parts;
    const { message, send, done } = input;
    if (!request.ok) return done(localizedError(RED, request.error));
    switch (request.kind) {
      case 'value':
        return this.#values.wired(input, request.topic);
      case 'ask':
        return this.#questions.answer(
          input,
          request,
          (messages) => send(atOutput(ANSWERS, messages) as never),
          (unknown) => send(atOutput(UNKNOWN, unknown) as never),
        );
      case 'get': {
        const { states, time } = this.live;
        const records = request.filter ? states.ask(request.filter, time.now) : states.records.all();
        const payload = entriesOf(RED, records, time, request.filter);
        send(atOutput(ANSWERS, Object.assign(message, { payload })) as never);
        return done();
      }
      case 'set':
        return this.#set(message.payload, done);
      case 'refresh':
        return void refreshFilters(RED, this.#filters, input).catch((error: unknown) => done(asError(error)));
    }
  }

  /** The filters of the rows are known, or others. */
  #takeRows(): void {
    const { rows } = this.#parts;
    // Which topics a row without a filter had brought, nobody knows.
    const forget = rows.unfound === undefined && this.#hasOnlyRows;
    this.live.setRows(
      rows.byRow.map((one) => one?.options.filter),
      forget,
    );
  }

  /** Whether all topics come by the rows. */
  get #hasOnlyRows(): boolean {
    const { settings } = this.#parts;
    return settings.subscribes && settings.input !== 'value';
  }

  #set(payload: unknown, done: MessageInput['done']): void {
    const { states, time } = this.live;
    const entries = readEntries(payload, time);
    if (!entries.ok) return done(localizedError(this.#parts.RED, entries.error));
    for (const record of states.records.all()) states.records.remove(record);
    const { compared } = this.#parts.settings;
    // A value that comes again after this is no change. What an expression would give is known with the next value only.
    const seen = (topic: RestoredTopic): RestoredTopic => {
      if (compared.kind !== 'path') return topic;
      return { ...topic, reference: { value: readPath(topic.value, compared.path), at: topic.at } };
    };
    this.#kept?.replaced();
    this.live.restore(entries.value.map(seen));
    done();
  }

  /** Takes a retained message that was asked for, as if the subscription of `row` had brought it. */
  #keep(publication: IncomingPublication, row: number): void | Promise<void> {
    const by = this.#parts.rows.byRow[row];
    if (by) return this.#values.received({ publication, filter: by.options.filter, qos: 0 }, by, true);
  }

  #subscribing(connection: Connection, owner: string): NodeSubscriptions {
    const { RED, node, rows } = this.#parts;
    const subscriptions: NodeSubscriptions = new NodeSubscriptions(connection, rows.subscriptions, {
      owner,
      identity: node.id,
      deliver: (publication, filter, qos, replayed) =>
        this.#values.received({ publication, filter, qos }, subscriptions.of(filter), replayed),
      hearsItself: (filter) => node.warn(whyItHearsItself(RED, filter)),
      refused: (error) => reportError(RED, node, error),
      changed: () => this.#status?.subscriptionsChanged(),
    });
    return subscriptions;
  }

  #keeping(store: NonNullable<StateNodeSettings['store']>, clock: Clock): KeptState {
    const { RED, node, settings } = this.#parts;
    return new KeptState(RED, node, {
      store,
      compared: comparedBy(settings),
      clock,
      time: () => this.live.time,
      records: () => this.live.states.records.inOrderOfUse(),
      readLate: (topics) => this.live.restore(this.#stillWanted(topics)),
      failed: (error) => reportError(RED, node, error),
    });
  }

  /** Finds the filters, restores what was known, then listens. */
  async #begin(): Promise<void> {
    const restored = async (): Promise<readonly NodeSubscription[]> => {
      await this.#restore();
      return [];
    };
    await this.#filters.start(restored);
    if (!this.#closed) this.#status.refresh();
  }

  async #restore(): Promise<void> {
    // The filters may have taken their time.
    if (this.#closed) return;
    const { node, settings, connection } = this.#parts;
    const left = this.#left;
    const taken = this.#kept?.take();
    if (taken) this.#reportLater(taken);
    try {
      const known = left ? restoredTopics(left, comparedBy(settings)) : await this.#kept?.load();
      if (!this.#closed) this.live.restore(this.#stillWanted(known ?? []));
      if (left?.downSince !== undefined) this.live.restoreDown(left.downSince);
      if (left?.unread) this.#kept?.leaveUnread();
    } catch (error) {
      const problem = error instanceof MqttFlowsError ? error : undefined;
      if (problem) this.#reportLater(problem);
      else node.error(error);
    }
    this.#loaded = !this.#closed;
    if (this.#loaded) this.#left = undefined;
    this.#early = 0;
    if (connection && !this.#closed) this.#unwatch = connection.watch((state) => this.#status.connectionIs(state));
  }

  /** Nodes that catch errors may not run yet. */
  #reportLater(problem: MqttFlowsError): void {
    const { RED, node } = this.#parts;
    void this.#started.then(() => reportError(RED, node, problem));
  }

  /** A topic that only a removed row has brought would never change again. */
  #stillWanted(topics: readonly RestoredTopic[]): readonly RestoredTopic[] {
    if (!this.#hasOnlyRows || this.#parts.rows.unfound !== undefined) return topics;
    return topics.filter(({ topic }) => this.live.rowOf(topic) >= 0);
  }

  async #close(removed: boolean): Promise<void> {
    const { RED, node } = this.#parts;
    this.#closed = true;
    this.#unwatch();
    this.#subscriptions?.close();
    this.#stored?.close();
    this.live.close();
    this.#status.close();
    // Who is stopped early passes on what it was left, if anything.
    const left = this.#loaded ? this.#known() : this.#left;
    if (!removed && left) leftStates.leave(RED, node, left, () => {});
    await this.#kept?.close();
  }

  #known(): LeftState {
    const { states, downSince } = this.live;
    const records = [...states.records.inOrderOfUse()];
    return { compared: comparedBy(this.#parts.settings), records, downSince, unread: this.#kept?.unread === true };
  }
}
