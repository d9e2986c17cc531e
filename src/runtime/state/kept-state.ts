// Keeps the state of a node in the context of flow or process, so that it outlives the process. Writes are gathered: a
// store may be a file, and a state may be large.

import type { Node, NodeAPI } from 'node-red';
import type { Clock } from '../../connection/clock';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { plainText } from '../../core/errors/plain-text';
import { keptText, readKept, type WallTime } from '../../core/state/state-entry';
import type { TopicRecord } from '../../core/state/topic-record';
import type { RestoredTopic } from '../../core/state/topic-states';
import { isRecord } from '../../core/values/plain-value';
import type { ContextStore } from '../../settings/context-store';
import { ContextKey } from '../context/context-key';
import { ANSWER_TIME, answerDetail, NoAnswer } from '../context/late-answers';
import { CLOSING_TIME, endedInTime } from '../deploy/node-closing';
import { nextTurn } from '../node/next-turn';

/** ms from a change to the next write */
const DELAY = 10_000;
/** Records that become text in one turn of the event loop. */
const AT_ONCE = 500;

/** What the store holds: a text for each topic, and what their changes were compared by. */
interface Kept {
  readonly compared: string;
  readonly topics: readonly string[];
}

interface KeptStateOptions {
  readonly store: ContextStore;
  /** What is compared. What was kept for another is no reference for changes. */
  readonly compared: string;
  readonly clock: Clock;
  readonly time: () => WallTime;
  records(): Iterable<TopicRecord>;
  /** Takes what could not be read at first: what has come since is newer. */
  readLate(topics: readonly RestoredTopic[]): void;
  /** A write has failed, or a value cannot be kept. Called once until the next success. */
  failed(error: MqttFlowsError): void;
}

export class KeptState {
  readonly #key: ContextKey;
  readonly #options: KeptStateOptions;
  #stopWaiting: (() => void) | undefined;
  #writing: Promise<void> | undefined;
  #changed = false;
  #closed = false;
  #told = false;
  /** Whether another node has the key. */
  #taken = false;
  #unread = false;

  constructor(RED: NodeAPI, node: Node, options: KeptStateOptions) {
    this.#key = new ContextKey(RED, node, options.store, options.clock);
    this.#options = options;
  }

  /** Whether nothing is kept because another node keeps its state under the same key. */
  get taken(): boolean {
    return this.#taken;
  }

  /** Whether the store has something that could not be read yet. A write would replace it, so it is read before. */
  get unread(): boolean {
    return this.#unread;
  }

  /** An earlier instance could not read what the store has. */
  leaveUnread(): void {
    this.#unread = true;
  }

  /** All that was known has been replaced: what could not be read is not wanted any more. */
  replaced(): void {
    this.#unread = false;
  }

  /** Takes the key. If another node has it, `state-key-taken` is the result: then nothing is read or written. */
  take(): MqttFlowsError | undefined {
    const keeper = this.#key.take();
    this.#taken = keeper !== undefined;
    if (!keeper) return undefined;
    const params = { key: this.#key.text, name: plainText(keeper.name || keeper.id) };
    return new MqttFlowsError('state-key-taken', { stage: 'config', params });
  }

  /** The kept topics, the longest unused first. Rejects with `state-unreadable`. */
  async load(): Promise<RestoredTopic[]> {
    const kept = this.#taken ? undefined : await this.#read();
    if (!isRecord(kept) || !Array.isArray(kept.topics)) return [];
    const time = this.#options.time();
    const comparable = kept.compared === this.#options.compared;
    const topics: RestoredTopic[] = [];
    for (const [index, text] of kept.topics.entries()) {
      if (index > 0 && index % AT_ONCE === 0) await nextTurn();
      const topic = readKept(text, time);
      if (!topic) continue;
      const { reference, ...others } = topic;
      topics.push(comparable && reference ? topic : others);
    }
    return topics;
  }

  /** Something has changed: it is written some time later, together with all until then. */
  touch(): void {
    this.#changed = true;
    if (this.#stopWaiting || this.#writing || this.#closed) return;
    this.#stopWaiting = this.#options.clock.after(DELAY, () => {
      this.#stopWaiting = undefined;
      this.#writing = this.#writeIfOurs().finally(() => {
        this.#writing = undefined;
        if (this.#changed) this.touch();
      });
    });
  }

  /** Writes what is not written yet, if the store answers in time. Never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopWaiting?.();
    const ended = await endedInTime(this.#writeLast(), this.#options.clock);
    if (!ended) this.#tell('state-not-kept', this.#params(new NoAnswer(CLOSING_TIME)));
    this.#key.leave();
  }

  async #writeLast(): Promise<void> {
    await this.#writing;
    // Another one that closes has written it.
    if (this.#changed && !this.#taken) await this.#writeAfterRead();
  }

  /** Until the node that has the key is gone, there is something to write. */
  async #writeIfOurs(): Promise<void> {
    if (!this.#taken || !this.take()) await this.#writeAfterRead();
  }

  async #writeAfterRead(): Promise<void> {
    try {
      if (this.#unread) this.#options.readLate(await this.load());
    } catch {
      // It has been told. The next write tries again.
      return;
    }
    await this.#write();
  }

  /** Makes the texts in portions, so that messages go on; as the node closes, at once. Never rejects. */
  async #write(): Promise<void> {
    this.#changed = false;
    const { records, time, compared } = this.#options;
    const topics: string[] = [];
    let notKept: string | undefined;
    let count = 0;
    for (const record of [...records()]) {
      if (!record.gone) {
        const text = keptText(record, time());
        if (text === undefined) notKept ??= record.topic;
        else topics.push(text);
      }
      if (++count % AT_ONCE === 0 && !this.#closed) await nextTurn();
    }
    try {
      await this.#set({ compared, topics });
      if (notKept === undefined) this.#told = false;
      else this.#tell('state-value-not-kept', { topic: notKept });
    } catch (error) {
      // Nobody may say anything new before the process ends.
      this.#changed = true;
      this.#tell('state-not-kept', this.#params(error));
    }
  }

  #tell(code: 'state-value-not-kept' | 'state-not-kept', params: Params): void {
    if (this.#told) return;
    this.#told = true;
    this.#options.failed(new MqttFlowsError(code, { stage: 'control', params }));
  }

  async #read(): Promise<unknown> {
    try {
      const value = await this.#key.read();
      this.#unread = false;
      return value;
    } catch (error) {
      this.#unread = true;
      throw new MqttFlowsError('state-unreadable', { stage: 'config', params: this.#params(error) });
    }
  }

  /** The next write waits for the store, however long: a late one must not take the place of a newer one. */
  async #set(kept: Kept): Promise<void> {
    const tell = (): void => this.#tell('state-not-kept', this.#params(new NoAnswer(ANSWER_TIME)));
    const stopWaiting = this.#options.clock.after(ANSWER_TIME, tell);
    try {
      await this.#key.write(kept);
    } finally {
      stopWaiting();
    }
  }

  #params(error: unknown): Params {
    return { key: this.#key.text, ...answerDetail(error) };
  }
}

type Params = Readonly<Record<string, string | number>>;
