// The state of one node while it runs: takes values, and tells changes and silence as they become due.

import type { NodeAPI, NodeMessage } from 'node-red';
import { type Clock, wallTimeOf } from '../../connection/clock';
import type { WallTime } from '../../core/state/state-entry';
import type { TopicRecord } from '../../core/state/topic-record';
import {
  type Arrival,
  type Change,
  type RestoredTopic,
  type StateListener,
  TopicStates,
} from '../../core/state/topic-states';
import type { TopicFilter } from '../../core/topics/topic-filter';
import { TopicTrie } from '../../core/topics/trie/topic-trie';
import type { StateNodeSettings } from '../../settings/state.config';
import { changeMessage, connectionMessage, silenceMessage } from './state-messages';

/** ms after which the state looks at the clock, even if nothing is due: to notice that the machine has slept. */
const LONGEST = 30_000;

interface LiveStateListener {
  changed(message: NodeMessage): void;
  silence(message: NodeMessage): void;
  /** Topics have come, gone, or fallen silent; or a value is new. */
  touched(): void;
}

export class LiveState {
  readonly states: TopicStates;
  readonly #RED: NodeAPI;
  readonly #clock: Clock;
  /** By the places of the rows; undefined for one that has no filter. */
  #rows: readonly (TopicFilter | undefined)[] = [];
  readonly #listener: LiveStateListener;
  #rowIndex = new TopicTrie<number>();
  #stopWaiting: () => void = () => {};
  /** When tick() is to be called. */
  #dueAt = Number.POSITIVE_INFINITY;
  #closed = false;
  /** Since when the connection has been down, in ms since the epoch, if that has been told. */
  #downSince: number | undefined;

  constructor(RED: NodeAPI, settings: StateNodeSettings, clock: Clock, listener: LiveStateListener) {
    this.#RED = RED;
    this.#clock = clock;
    this.#listener = listener;
    const told: StateListener = {
      ruleOf: (topic) => this.rowOf(topic),
      changed: (change) => listener.changed(changeMessage(RED, change, clock.now())),
      fellSilent: (record) => this.#tellSilence(record, true, record.heardAt),
      spoke: (record, since) => this.#tellSilence(record, false, since),
    };
    this.states = new TopicStates(settings, told);
  }

  /** Since when the connection has been down, in ms since the epoch; undefined unless that has been told. */
  get downSince(): number | undefined {
    return this.#downSince;
  }

  /** An earlier instance has told that the connection is down. Without a rule of silence, its return is not told. */
  restoreDown(since: number): void {
    if (this.states.silence.watches) this.#downSince = since;
  }

  get time(): WallTime {
    return { now: this.#clock.now(), wall: this.#clock.wall() };
  }

  /** The place of the first row whose filter matches `topic`; -1 when none does. */
  rowOf(topic: string): number {
    const rows = this.#rowIndex.match(topic);
    return rows.length === 0 ? -1 : Math.min(...rows);
  }

  filterOf(row: number): TopicFilter | undefined {
    return this.#rows[row];
  }

  /** The filters of the rows, by their places. */
  get rows(): readonly (TopicFilter | undefined)[] {
    return this.#rows;
  }

  /**
   * From now on the rows have these filters. Topics whose row changes are watched by the rule of the new one; what no row
   * matches any more is forgotten if `forget`, since it would never change again.
   */
  setRows(rows: readonly (TopicFilter | undefined)[], forget: boolean): void {
    this.#rows = rows;
    this.#rowIndex = new TopicTrie();
    for (const [index, filter] of rows.entries()) if (filter) this.#rowIndex.add(filter, index);
    const now = this.#clock.now();
    const records = this.states.records.all();
    for (const record of records) {
      const row = this.rowOf(record.topic);
      if (row === record.rule) continue;
      if (row === -1 && forget) this.states.records.remove(record);
      else this.states.watchAnew(record, now);
    }
    if (records.length > 0) this.#touched();
  }

  /** Takes a value. Returns the change that has to be sent now, if it is one. */
  take(arrival: Arrival): Change | undefined {
    const change = this.states.take(arrival, this.#clock.now());
    this.#touched();
    return change;
  }

  /** The topic has lost its value, by the value of `arrival`. */
  remove({ topic, value }: Arrival): Change | undefined {
    const change = this.states.remove(topic, value);
    this.#touched();
    return change;
  }

  restore(topics: Iterable<RestoredTopic>): void {
    const now = this.#clock.now();
    for (const topic of topics) this.states.restore(topic, now);
    this.#touched();
  }

  /** The connection can bring messages, or cannot: then no silence means anything, which is told once. */
  connection(state: 'up' | 'down' | 'unknown', reason?: string): void {
    const { silence } = this.states;
    if (state === 'up') silence.listen(this.#clock.now());
    else silence.pause();
    if (silence.watches) this.#tellConnection(state, reason);
    this.#arm();
  }

  close(): void {
    this.#closed = true;
    this.#stopWaiting();
  }

  #tellConnection(state: 'up' | 'down' | 'unknown', reason: string | undefined): void {
    const isDown = this.#downSince !== undefined;
    if (state === 'down' && !isDown) {
      this.#downSince = this.#clock.wall();
      this.#listener.silence(connectionMessage(false, this.#downSince, reason));
    } else if (state === 'up' && isDown) {
      this.#downSince = undefined;
      this.#listener.silence(connectionMessage(true, this.#clock.wall(), undefined));
    }
  }

  #tellSilence(record: TopicRecord, silent: boolean, since: number): void {
    const message = silenceMessage(
      this.#RED,
      record,
      silent,
      wallTimeOf(this.#clock, since),
      this.filterOf(record.rule),
    );
    this.#listener.silence(message);
    this.#listener.touched();
  }

  #touched(): void {
    this.#listener.touched();
    this.#arm();
  }

  /** Waits for what is due next. Called for each message, so it does nothing unless something is due earlier. */
  #arm(): void {
    const at = this.states.nextAt;
    if (at >= this.#dueAt || this.#closed) return;
    const now = this.#clock.now();
    this.#dueAt = Math.min(Math.max(at, now), now + LONGEST);
    this.#stopWaiting();
    this.#stopWaiting = this.#clock.after(this.#dueAt - now, () => this.#tick());
  }

  #tick(): void {
    const expectedAt = this.#dueAt;
    this.#dueAt = Number.POSITIVE_INFINITY;
    this.states.tick(this.#clock.now(), expectedAt);
    this.#listener.touched();
    this.#arm();
  }
}
