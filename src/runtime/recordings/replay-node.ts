// The replays of one replay node, one at a time: started, changed and stopped by messages.

import type { FileHandle } from 'node:fs/promises';
import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { type Clock, systemClock } from '../../connection/clock';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { failed, found, type Result } from '../../core/errors/result';
import type { ReplayOptions } from '../../core/recordings/recordings-protocol';
import { localizedError } from '../node/localize';
import { Player } from './player';
import { codeOf, openPlainFile, type RecordingsFolder, recordingsFolder } from './recordings-folder';
import { type ReplayMessage, readReplayMessage } from './replay-message';
import { ReplayStatus } from './replay-status';
import type { ReplayTarget } from './replay-target';

interface Parts {
  readonly RED: NodeAPI;
  readonly node: Node;
  readonly settings: ReplayOptions & { readonly recording: string; readonly recordingType: 'recording' | 'file' };
  readonly target: ReplayTarget;
}

/** What Node-RED hands over with a message. */
interface Input {
  readonly message: NodeMessageInFlow;
  readonly done: (error?: Error) => void;
}

export class NodeReplays {
  readonly #parts: Parts;
  readonly #clock: Clock;
  readonly #status: ReplayStatus;
  #player: Player | undefined;

  constructor(parts: Parts, clock: Clock = systemClock) {
    this.#parts = parts;
    this.#clock = clock;
    this.#status = new ReplayStatus(parts.RED, parts.node, clock);
  }

  /** Takes a message. False when it asks for something that a replay does not know. */
  take({ message, done }: Input): boolean {
    const asked = readReplayMessage(message);
    if (asked === undefined) return false;
    if (!asked.ok) {
      done(localizedError(this.#parts.RED, asked.error));
      return true;
    }
    const { action } = asked.value;
    if (action === 'start') {
      this.start(asked.value, done);
      return true;
    }
    if (action === 'stop') this.#player?.stop();
    if (action === 'pause') this.#player?.pause();
    if (action === 'resume') this.#player?.resume();
    if (this.#player && asked.value.speed !== undefined) this.#player.speed = asked.value.speed;
    done();
    return true;
  }

  /** Plays from the beginning; what was playing ends. `done` is called when it is over. */
  start({ recording, ...changes }: Partial<ReplayMessage> = {}, done: (error?: Error) => void = () => {}): void {
    const { RED, settings, target } = this.#parts;
    this.#player?.stop();
    const source = this.#source(recording);
    if (!source.ok) return done(localizedError(RED, source.error));
    const { name, open } = source.value;
    const player: Player = new Player({
      ...{ name, open, target, clock: this.#clock, options: { ...settings, ...changes } },
      changed: () => this.#show(player),
    });
    this.#player = player;
    void player.play().then(() => {
      this.#show(player);
      const { failure } = player;
      done(failure && localizedError(RED, failure));
    });
  }

  close(): void {
    this.#player?.stop();
    this.#player = undefined;
    this.#status.close();
  }

  /** A replay that another one has replaced is no longer shown. */
  #show(player: Player): void {
    if (player === this.#player) this.#status.show(player.figures);
  }

  #source(named: string | undefined): Result<{ readonly name: string; open(): Promise<FileHandle> }> {
    const { recording, recordingType } = this.#parts.settings;
    const name = named ?? recording;
    if (name === '') return failed(new MqttFlowsError('recording-missing', { stage: 'replay' }));
    // A message names a recording and never a path: it may come from anywhere.
    if (named === undefined && recordingType === 'file') return found({ name, open: () => openPlainFile(name) });
    const folder = recordingsFolder(this.#parts.RED);
    if (!folder) {
      const params = { name, detail: 'userDir' };
      return failed(new MqttFlowsError('recording-unreadable', { stage: 'replay', params }));
    }
    return found({ name, open: () => openRecording(folder, name) });
  }
}

/** Rejects with MqttFlowsError where there is none of this name. */
async function openRecording(folder: RecordingsFolder, name: string): Promise<FileHandle> {
  try {
    return await folder.open(name);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new MqttFlowsError('recording-unknown', { stage: 'replay', params: { name } });
  }
}
