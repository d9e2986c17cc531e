// The recordings and replays of this Node-RED: those that run, and the files.

import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { NodeAPI } from 'node-red';
import { type Clock, systemClock } from '../../connection/clock';
import { DONE, type Done, failed, found, type Result } from '../../core/errors/result';
import { detailOf } from '../../core/errors/thrown-value';
import type { RecordingSurvey } from '../../core/recordings/recording-survey';
import type {
  RecordingRefusal,
  RecordingsReport,
  RecordRequest,
  ReplayControl,
  ReplayRequest,
} from '../../core/recordings/recordings-protocol';
import { findBroker } from '../broker/broker-node';
import { FileRecorder } from './file-recorder';
import { Player } from './player';
import { codeOf, type RecordingsFolder } from './recordings-folder';
import { brokerTarget, flowTarget } from './replay-target';
import { Surveys } from './survey-file';

/** Of each kind, those that may run at the same time. */
const MOST_RUNNING = 5;
/** Of each kind, those that are over and still shown. */
const MOST_OVER = 5;

/** Why something is refused, with what the file system says. */
export interface Refused {
  readonly refusal: RecordingRefusal;
  readonly detail?: string;
}

interface Replay {
  readonly id: string;
  readonly request: ReplayRequest;
  readonly player: Player;
}

export class Recordings {
  readonly folder: RecordingsFolder;
  readonly #RED: NodeAPI;
  readonly #clock: Clock;
  readonly #surveys = new Surveys();
  readonly #recorders = new Map<string, FileRecorder>();
  readonly #replays = new Map<string, Replay>();
  /** Recorders whose files are being opened. */
  #starting = 0;

  constructor(RED: NodeAPI, folder: RecordingsFolder, clock: Clock = systemClock) {
    this.#RED = RED;
    this.folder = folder;
    this.#clock = clock;
  }

  /** What there is and what runs. Rejects with an error of the file system. */
  async report(): Promise<RecordingsReport> {
    const listed = await this.folder.list();
    return {
      ...listed,
      recording: Array.from(this.#recorders.values(), ({ report }) => report),
      replays: Array.from(this.#replays.values(), ({ id, request: { name, broker, to }, player }) => {
        return { id, name, broker, to, ...player.figures };
      }),
    };
  }

  async record(request: RecordRequest): Promise<Done<Refused>> {
    if (!findBroker(this.#RED, request.broker)) return failed({ refusal: 'broker-gone' });
    const running = Array.from(this.#recorders.values()).filter((recorder) => recorder.running);
    if (running.length + this.#starting >= MOST_RUNNING) return failed({ refusal: 'too-many' });
    this.#starting++;
    try {
      if (!(await this.folder.hasRoom())) return failed({ refusal: 'disk-full' });
      const id = newId();
      this.#recorders.set(id, await FileRecorder.start(this.#RED, id, request, this.folder, this.#clock));
      forgetOld(this.#recorders, ({ running: runs }) => runs);
      return DONE;
    } catch (error) {
      return failed(refused(error));
    } finally {
      this.#starting--;
    }
  }

  /** Stops a recording, or takes note that it is over. It is no longer shown then. */
  async stop(id: string): Promise<void> {
    await this.#recorders.get(id)?.stop();
    this.#recorders.delete(id);
  }

  /** Opens a recording to read it. */
  async open(name: string): Promise<Result<FileHandle, Refused>> {
    try {
      return found(await this.folder.open(name));
    } catch (error) {
      return failed(refused(error));
    }
  }

  /** What is in a recording. It takes long where the recording is large, and ends when `gone` says so. */
  async survey(name: string, gone: () => boolean): Promise<Result<RecordingSurvey, Refused>> {
    const file = await this.open(name);
    if (!file.ok) return file;
    try {
      return found(await this.#surveys.of(file.value, gone));
    } catch (error) {
      return failed(refused(error));
    }
  }

  async remove(name: string): Promise<Done<Refused>> {
    if (this.#isInUse(name)) return failed({ refusal: 'recording-in-use' });
    try {
      await this.folder.remove(name);
      return DONE;
    } catch (error) {
      return failed(refused(error));
    }
  }

  replay(request: ReplayRequest): Done<Refused> {
    const { name, broker, to } = request;
    if (!findBroker(this.#RED, broker)) return failed({ refusal: 'broker-gone' });
    const running = Array.from(this.#replays.values()).filter(({ player }) => player.running);
    if (running.length >= MOST_RUNNING) return failed({ refusal: 'too-many' });
    const target = to === 'flow' ? flowTarget(this.#RED, broker) : brokerTarget(this.#RED, broker);
    const player = new Player({
      ...{ name, options: request, target, clock: this.#clock, changed() {} },
      open: () => this.folder.open(name),
    });
    const id = newId();
    this.#replays.set(id, { id, request, player });
    forgetOld(this.#replays, ({ player: { running: runs } }) => runs);
    void player.play();
    return DONE;
  }

  /** Changes a replay that runs. One that is over is no longer shown after `stop`. */
  control({ id, action }: ReplayControl): void {
    const player = this.#replays.get(id)?.player;
    if (!player?.running) {
      if (action === 'stop') this.#replays.delete(id);
      return;
    }
    if (action === 'pause') player.pause();
    if (action === 'resume') player.resume();
    if (action === 'stop') player.stop();
  }

  #isInUse(name: string): boolean {
    const isRecorded = Array.from(this.#recorders.values()).some(
      ({ running, request }) => running && request.name === name,
    );
    return (
      isRecorded ||
      Array.from(this.#replays.values()).some(({ player, request }) => player.running && request.name === name)
    );
  }
}

/** Why the file system refuses something. */
export function refused(error: unknown): Refused {
  switch (codeOf(error)) {
    case 'EEXIST':
      return { refusal: 'name-taken' };
    case 'ENOENT':
      return { refusal: 'recording-gone' };
    case 'ENOSPC':
      return { refusal: 'disk-full' };
    default:
      return { refusal: 'file-failed', detail: detailOf(error) };
  }
}

function newId(): string {
  return randomBytes(8).toString('hex');
}

function forgetOld<T>(all: Map<string, T>, runs: (one: T) => boolean): void {
  const over = Array.from(all).filter(([, one]) => !runs(one));
  for (const [id] of over.slice(0, Math.max(0, over.length - MOST_OVER))) all.delete(id);
}
