// Plays a recording: its messages at their time, one by one, while the target takes them. A slow target makes it wait.

import type { FileHandle } from 'node:fs/promises';
import { type Clock, Timer } from '../../connection/clock';
import { MqttFlowsError, reportOf } from '../../core/errors/mqtt-flows-error';
import { detailOf } from '../../core/errors/thrown-value';
import type { RecordedMessage } from '../../core/recordings/message-line';
import { readLine } from '../../core/recordings/read-line';
import type { ReplayFigures, ReplayOptions, ReplayState } from '../../core/recordings/recordings-protocol';
import { ReplayPace } from '../../core/recordings/replay-pace';
import { TopicChoice } from '../../core/recordings/topic-choice';
import type { TopicFilter } from '../../core/topics/topic-filter';
import { topicNameProblem } from '../../core/topics/topic-name';
import { nextTurn } from '../node/next-turn';
import { RecordingReader } from './recording-reader';
import type { ReplayedMessage, ReplayTarget } from './replay-target';

/** Messages that the target has and has not settled. */
const MOST_OPEN = 100;
/** Messages in one turn of the event loop: the flows run in between. */
const AT_ONCE = 50;
/** ms of a round at least, so that a recording of a moment is not replayed thousands of times in a second. */
const SHORTEST_ROUND = 1000;

interface PlayerParts {
  readonly name: string;
  readonly options: ReplayOptions;
  readonly target: ReplayTarget;
  readonly clock: Clock;
  /** Opens the recording; rejects with an error of the file system. */
  open(): Promise<FileHandle>;
  /** Something has changed that is shown. */
  changed(): void;
}

export class Player {
  readonly #parts: PlayerParts;
  readonly #pace: ReplayPace;
  readonly #choice: TopicChoice;
  readonly #timer: Timer;
  #state: ReplayState = 'counting';
  #paused = false;
  #played = 0;
  #total: number | undefined;
  #round = 1;
  #open = 0;
  #failed = 0;
  #skipped = 0;
  #unheard = 0;
  #error: ReplayFigures['error'];
  #failure: MqttFlowsError | undefined;
  #wake: () => void = () => {};
  #over = false;

  constructor(parts: PlayerParts) {
    this.#parts = parts;
    const { speed, longestPause, branches } = parts.options;
    this.#pace = new ReplayPace(speed, longestPause);
    this.#choice = new TopicChoice(branches);
    this.#timer = new Timer(parts.clock);
  }

  get figures(): ReplayFigures {
    return {
      state: this.#state,
      played: this.#played,
      ...(this.#total === undefined ? {} : { total: this.#total }),
      round: this.#round,
      speed: this.#pace.speed,
      failed: this.#failed,
      skipped: this.#skipped,
      unheard: this.#unheard,
      ...(this.#error ? { error: this.#error } : {}),
    };
  }

  /** Why it has failed as a whole. */
  get failure(): MqttFlowsError | undefined {
    return this.#failure;
  }

  get running(): boolean {
    return !isOver(this.#state);
  }

  /** Plays until the end, or stop(). Resolves then; never rejects. */
  async play(): Promise<void> {
    const unwatch = this.#parts.target.watch(() => this.#wake());
    try {
      const reader = new RecordingReader(await this.#parts.open());
      try {
        await this.#count(reader);
        await this.#rounds(reader);
      } finally {
        await reader.close();
      }
    } catch (error) {
      this.#fail(error instanceof MqttFlowsError ? error : unreadable(this.#parts.name, detailOf(error)));
    } finally {
      unwatch();
    }
    if (this.running) this.#enter(this.#over ? 'stopped' : 'ended');
  }

  pause(): void {
    this.#paused = true;
    this.#wake();
  }

  resume(): void {
    this.#paused = false;
    this.#wake();
  }

  set speed(speed: number) {
    this.#pace.speed = speed;
    this.#wake();
    this.#parts.changed();
  }

  stop(): void {
    this.#over = true;
    this.#wake();
  }

  /** Counts the chosen messages, so that people see how far it is. */
  async #count(reader: RecordingReader): Promise<void> {
    let total = 0;
    for (let lines = await reader.next(); lines && !this.#over; lines = await reader.next()) {
      for (const line of lines) if (this.#chosen(line)) total++;
      await nextTurn();
    }
    this.#total = total;
    this.#skipped = 0;
    reader.restart();
  }

  async #rounds(reader: RecordingReader): Promise<void> {
    const { options, clock } = this.#parts;
    while (!this.#over) {
      const begun = clock.now();
      this.#played = 0;
      this.#skipped = 0;
      this.#enter('playing');
      await this.#playRound(reader);
      // Nothing is left to wait for in a round without a message.
      if (!options.loop || this.#played === 0) break;
      while (!this.#over && clock.now() < begun + SHORTEST_ROUND) await this.#until(begun + SHORTEST_ROUND);
      if (this.#over) break;
      this.#round++;
      this.#pace.restart();
      reader.restart();
    }
    while (this.#open > 0 && !this.#over) await this.#sleep();
  }

  async #playRound(reader: RecordingReader): Promise<void> {
    let turn = 0;
    for (let lines = await reader.next(); lines; lines = await reader.next()) {
      for (const line of lines) {
        const chosen = this.#chosen(line);
        if (!chosen) continue;
        await this.#send(chosen.message, chosen.by);
        if (this.#over) return;
        if (++turn % AT_ONCE === 0) await nextTurn();
      }
    }
  }

  #chosen(
    line: string | undefined,
  ): { readonly message: RecordedMessage; readonly by: TopicFilter | 'all' } | undefined {
    const read = line === undefined ? undefined : readLine(line);
    if (read?.kind === 'note') return undefined;
    const by = read?.kind === 'message' ? this.#choice.of(read.message.topic) : undefined;
    if (read?.kind !== 'message' || topicNameProblem(this.#parts.options.prefix + read.message.topic)) {
      this.#skipped++;
      return undefined;
    }
    return by && { message: read.message, by };
  }

  async #send(message: RecordedMessage, by: TopicFilter | 'all'): Promise<void> {
    const { options, target, clock } = this.#parts;
    let due = this.#pace.due(message.time, clock.now());
    while (!this.#over && (due > clock.now() || this.#mustWait())) {
      if (this.#mustWait()) await this.#sleep();
      else await this.#until(due);
      // The speed may be another one by now.
      due = this.#pace.due(message.time, clock.now());
    }
    if (this.#over) return;
    this.#pace.sent(message.time, due);
    this.#enter('playing');
    this.#open++;
    this.#played++;
    const retain = message.retain && options.retain;
    const sent = { ...message, topic: options.prefix + message.topic, retain, stored: message.stored && retain };
    target.take(sent, (outcome) => this.#settled(outcome), { topic: message.topic, by });
    this.#parts.changed();
  }

  /** Whether nothing may be sent now. Shows why. */
  #mustWait(): boolean {
    const { target } = this.#parts;
    if (this.#paused) this.#enter('paused');
    else if (target.gone) throw new MqttFlowsError('broker-missing', { stage: 'config' });
    else if (!target.ready) this.#enter('waiting');
    else return this.#open >= MOST_OPEN;
    return true;
  }

  #settled(outcome: ReplayedMessage): void {
    this.#open--;
    if (!outcome.ok) {
      this.#failed++;
      this.#error ??= outcome.error;
    } else if (outcome.unheard) this.#unheard++;
    if (this.#open === MOST_OPEN - 1 || this.#open === 0) this.#wake();
    this.#parts.changed();
  }

  /** Resolves at `due`, or when something has changed. */
  async #until(due: number): Promise<void> {
    const delay = due - this.#parts.clock.now();
    if (delay > 0 && !this.#over) await this.#sleep(delay);
  }

  #sleep(delay?: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = () => {};
        this.#timer.stop();
        resolve();
      };
      if (delay !== undefined) this.#timer.start(delay, () => this.#wake());
    });
  }

  #fail(error: MqttFlowsError): void {
    this.#failure = error;
    this.#error = reportOf(error);
    this.#enter('failed');
  }

  #enter(state: ReplayState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#parts.changed();
  }
}

function isOver(state: ReplayState): boolean {
  return state === 'ended' || state === 'stopped' || state === 'failed';
}

function unreadable(name: string, detail: string): MqttFlowsError {
  return new MqttFlowsError('recording-unreadable', { stage: 'replay', params: { name, detail } });
}
