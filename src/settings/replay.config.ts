// The saved configuration of a replay node: its properties, their defaults, and how the runtime reads them.

import { isRecordingName } from '../core/recordings/recording-name';
import { PAUSE_RANGE, type ReplayOptions, readSpeed } from '../core/recordings/recordings-protocol';
import { isTopicPrefix, readBranches } from '../core/recordings/topic-choice';
import type { SavedNumber } from './environment-text';
import { type FormatConfig, type FormatSettings, formatDefaults, readFormat } from './format.config';
import { type ConfigResult, type RawConfig, SavedConfig } from './saved-config';

export interface ReplayConfig extends FormatConfig {
  name: string;
  /** The name of a recording, or the path of a file. */
  recording: string;
  recordingType: 'recording' | 'file';
  /** Where messages go: to the output, to the nodes that subscribe at the broker, or to the broker itself. */
  to: 'output' | 'flow' | 'broker';
  /** Id of the broker node, where messages go there or to its subscribers. */
  broker: string;
  /** A factor; blank for as fast as possible. */
  speed: SavedNumber;
  /** s between two messages; blank for as recorded */
  longestPause: SavedNumber;
  loop: boolean;
  /** Whether it begins with the flows, without a message. */
  autoStart: boolean;
  prefix: string;
  /** Topic filters; none for all topics. */
  branches: string[];
  /** Whether messages keep their retain flag. */
  retain: boolean;
  outputs: number;
}

export const replayDefaults: ReplayConfig = {
  name: '',
  recording: '',
  recordingType: 'recording',
  to: 'output',
  broker: '',
  ...formatDefaults,
  speed: 1,
  longestPause: '',
  loop: false,
  autoStart: false,
  prefix: '',
  branches: [],
  retain: true,
  outputs: 1,
};

export interface ReplaySettings extends ReplayOptions, FormatSettings {
  readonly recording: string;
  readonly recordingType: 'recording' | 'file';
  readonly to: 'output' | 'flow' | 'broker';
  readonly autoStart: boolean;
}

/** Reads a saved configuration. The first invalid value is the error. */
export function parseReplayConfig(raw: RawConfig): ConfigResult<ReplaySettings> {
  const saved = new SavedConfig(raw);
  const recording = saved.text('recording', '').trim();
  const recordingType = saved.choice('recordingType', ['recording', 'file'], replayDefaults.recordingType);
  if (recordingProblem(recording, recordingType)) saved.invalid('recording', 'expected.recording');
  const speed = readSpeed(savedSpeed(saved.text('speed', '')));
  if (speed === undefined) saved.invalid('speed', 'expected.speed');
  const pause = saved.number('longestPause', 0);
  if (pause < PAUSE_RANGE[0] || pause > PAUSE_RANGE[1]) saved.invalid('longestPause', 'expected.pause');
  const prefix = saved.text('prefix', '').trim();
  if (!isTopicPrefix(prefix)) saved.invalid('prefix', 'expected.topic');
  const branches = readBranches(saved.texts('branches', []));
  if (!branches) saved.invalid('branches', 'expected.filters');
  return saved.result({
    recording,
    recordingType,
    to: saved.choice('to', ['output', 'flow', 'broker'], replayDefaults.to),
    ...readFormat(saved),
    speed: speed ?? 1,
    longestPause: pause * 1000,
    loop: saved.boolean('loop', replayDefaults.loop),
    autoStart: saved.boolean('autoStart', replayDefaults.autoStart),
    prefix,
    branches: branches ?? [],
    retain: saved.boolean('retain', replayDefaults.retain),
  });
}

/** A blank stands for as fast as possible. */
export function savedSpeed(value: unknown): unknown {
  return value === undefined || value === null || String(value).trim() === '' ? 0 : value;
}

/** Whether there cannot be such a recording. A blank is left to the messages. */
export function recordingProblem(recording: string, type: ReplayConfig['recordingType']): boolean {
  if (recording === '') return false;
  return type === 'recording' ? !isRecordingName(recording) : recording.includes('\0');
}
