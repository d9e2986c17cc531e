// Answers questions for last values: at once from what is known, otherwise with the retained messages of the server.

import type { NodeAPI, NodeMessage } from 'node-red';
import type { Connection } from '../../connection/connection';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { failed, found, type Result } from '../../core/errors/result';
import { asError } from '../../core/errors/thrown-value';
import type { IncomingPublication } from '../../core/publications/publication';
import type { StateEntry } from '../../core/state/state-entry';
import { wantsStored } from '../../core/subscriptions/subscription-options';
import { coversFilter, filterLevels } from '../../core/topics/filter-relations';
import { matchedText, type TopicFilter } from '../../core/topics/topic-filter';
import type { StateNodeSettings } from '../../settings/state.config';
import { localizedError } from '../node/localize';
import type { MessageInput } from '../publish/message-answers';
import type { LiveState } from './live-state';
import { answerTo, entriesOf } from './state-messages';
import type { StoredMessages } from './stored-messages';

/** Questions that may wait for the server at a time. */
const MOST_WAITING = 1000;

export interface Question {
  readonly filter: TopicFilter;
  /** Whether the filter is a topic. */
  readonly single: boolean;
}

interface QuestionParts {
  readonly RED: NodeAPI;
  readonly live: LiveState;
  readonly settings: StateNodeSettings;
  readonly connection: Connection | undefined;
  readonly stored: StoredMessages | undefined;
  /** Takes a publication into the state, as if it had come by the subscription of `row`. A promise resolves when it is in. */
  keep(publication: IncomingPublication, row: number): void | Promise<void>;
  /** The entry of a publication that no row asks for; undefined when it is unreadable, which is reported then. */
  entry(publication: IncomingPublication, filter: TopicFilter): StateEntry | undefined;
}

export class StateQuestions {
  readonly #parts: QuestionParts;
  /** Questions that wait for the server. */
  #waiting = 0;

  constructor(parts: QuestionParts) {
    this.#parts = parts;
  }

  /** Answers `input`, by its messages or as unknown. `answered` gets the messages of an answer. */
  answer(
    input: MessageInput,
    question: Question,
    answered: (messages: NodeMessage[]) => void,
    unknown: (message: NodeMessage) => void,
  ): void {
    const known = this.#known(question);
    if (known) return this.#reply(input, question, known, answered, unknown);
    const { RED } = this.#parts;
    if (this.#waiting >= MOST_WAITING) {
      const params = { maximum: MOST_WAITING };
      return input.done(localizedError(RED, new MqttFlowsError('state-overloaded', { stage: 'control', params })));
    }
    this.#waiting++;
    void this.#asked(question)
      .finally(() => {
        this.#waiting--;
      })
      .then((entries) => {
        if (entries.ok) this.#reply(input, question, entries.value, answered, unknown);
        else input.done(localizedError(RED, entries.error));
      })
      // Such as a message with a property that cannot be changed.
      .catch((error: unknown) => input.done(asError(error)));
  }

  /** All that there is to know without the server; undefined when the server may know more. */
  #known({ filter, single }: Question): StateEntry[] | undefined {
    const { live, stored, RED } = this.#parts;
    const records = live.states.ask(filter, live.time.now);
    const complete = single ? records.length > 0 : records.length > 0 && this.#covers(filter);
    return complete || !stored ? entriesOf(RED, records, live.time, filter) : undefined;
  }

  /** Whether a subscription of the node brings everything that `filter` matches. */
  #covers(filter: TopicFilter): boolean {
    const { settings, connection, live } = this.#parts;
    if (!connection || !settings.subscribes) return false;
    const levels = filterLevels(filter.wire);
    return live.rows.some((row, place) => {
      const options = settings.rows[place]?.options;
      // Without what the server has stored, or with a part of what is published, much may be missing.
      if (!row || !options || !wantsStored({ ...options, filter: row })) return false;
      return coversFilter(filterLevels(matchedText(row)), levels);
    });
  }

  async #asked({ filter, single }: Question): Promise<Result<StateEntry[]>> {
    const { RED, live, settings, stored, keep, entry } = this.#parts;
    const { timeout, limits } = settings;
    const came = stored ? await stored.ask({ filter, single, timeout, most: limits }) : found([]);
    if (!came.ok) return failed(came.error);
    const others: StateEntry[] = [];
    const kept: (void | Promise<void>)[] = [];
    for (const publication of came.value) {
      const { topic } = publication;
      const row = live.rowOf(topic);
      // What has come by a subscription meanwhile is newer.
      if (row >= 0 && !live.states.records.find(topic)) kept.push(keep(publication, row));
      // Nothing is kept of topics that no row asks for: it would never be renewed.
      const other = row >= 0 || live.states.records.find(topic) ? undefined : entry(publication, filter);
      if (other) others.push(other);
    }
    await Promise.all(kept);
    return found([...entriesOf(RED, live.states.ask(filter, live.time.now), live.time, filter), ...others]);
  }

  #reply(
    { message, done }: MessageInput,
    { filter, single }: Question,
    entries: readonly StateEntry[],
    answered: (messages: NodeMessage[]) => void,
    unknown: (message: NodeMessage) => void,
  ): void {
    const { RED, settings } = this.#parts;
    if (entries.length > 0) {
      answered(answerTo(RED, message, entries, single ? 'single' : settings.answer));
      return done();
    }
    if (settings.unknown === 'output') {
      unknown(message);
      return done();
    }
    done(
      localizedError(RED, new MqttFlowsError('topic-unknown', { stage: 'control', params: { topic: filter.text } })),
    );
  }
}
