// What the editor asks of recordings and replays, and the readers of its requests. Requests come from a browser, so each
// value is checked.

import type { ErrorReport } from '../errors/mqtt-flows-error';
import type { BrokerStateReport } from '../reports/broker-state';
import { parseTopicFilter, type TopicFilter } from '../topics/topic-filter';
import { asWhole, isRecord } from '../values/plain-value';
import { isRecordingName } from './recording-name';
import { isTopicPrefix, readBranches } from './topic-choice';

/** The bounds of a recording that a user may set. */
export const RECORDING_RANGES = {
  bytes: [64 * 1024, 4 * 1024 ** 3],
  /** s */
  seconds: [1, 31 * 86_400],
} as const;

/** Factors of the recorded speed. 0 stands for as fast as possible. */
const SPEED_RANGE = [0.01, 1000] as const;
/** s between two messages of a replay; 0 for as recorded */
export const PAUSE_RANGE = [0, 86_400] as const;

export interface RecordRequest {
  readonly name: string;
  readonly broker: string;
  readonly filter: TopicFilter;
  /** True for a separate connection, false for the connection of the flows. */
  readonly own: boolean;
  readonly bytes: number;
  readonly seconds: number;
}

/** How a recording is replayed, wherever it goes. */
export interface ReplayOptions {
  readonly speed: number;
  readonly loop: boolean;
  /** ms */
  readonly longestPause: number;
  readonly prefix: string;
  /** Empty for all topics. */
  readonly branches: readonly TopicFilter[];
  /** Whether messages keep their retain flag. */
  readonly retain: boolean;
}

export interface ReplayRequest extends ReplayOptions {
  readonly name: string;
  readonly broker: string;
  /** `flow`: to the nodes that subscribe at this broker, as if they had received it. */
  readonly to: 'broker' | 'flow';
}

/** Why a recording has ended, or the state of one that runs. */
export type RecordingEnd = 'stopped' | 'size' | 'time' | 'diskFull' | 'failed';

export interface RunningRecording {
  readonly id: string;
  readonly name: string;
  readonly broker: string;
  readonly filter: string;
  readonly state: BrokerStateReport;
  readonly refused?: ErrorReport;
  readonly messages: number;
  readonly dropped: number;
  readonly bytes: number;
  /** ms */
  readonly lasting: number;
  /** Once it is over. */
  readonly ended?: RecordingEnd;
  /** What the operating system says of a failure. */
  readonly detail?: string;
}

export type ReplayState = 'counting' | 'playing' | 'waiting' | 'paused' | 'ended' | 'stopped' | 'failed';

export interface ReplayFigures {
  readonly state: ReplayState;
  readonly played: number;
  /** The chosen messages of one round; undefined while they are not counted. */
  readonly total?: number;
  /** Counted from 1. */
  readonly round: number;
  readonly speed: number;
  /** Messages that were refused or lost, and lines that could not be read. */
  readonly failed: number;
  readonly skipped: number;
  /** Messages for which no node subscribes. */
  readonly unheard: number;
  /** Why it has failed, or the first failure of a message. */
  readonly error?: ErrorReport;
}

export interface RunningReplay extends ReplayFigures {
  readonly id: string;
  readonly name: string;
  readonly broker: string;
  readonly to: 'broker' | 'flow';
}

export interface StoredRecording {
  readonly name: string;
  readonly bytes: number;
  /** ms since the epoch */
  readonly changed: number;
}

export interface RecordingsReport {
  readonly recordings: readonly StoredRecording[];
  /** There are more files than these. */
  readonly more: boolean;
  readonly recording: readonly RunningRecording[];
  readonly replays: readonly RunningReplay[];
}

/** Why a request about recordings is refused. Each value has a sentence in the locales under `refused.`. */
export type RecordingRefusal =
  | 'request-invalid'
  | 'broker-gone'
  | 'no-folder'
  | 'name-taken'
  | 'recording-gone'
  | 'recording-in-use'
  | 'too-many'
  | 'too-large'
  | 'disk-full'
  | 'not-recording'
  | 'file-failed';

/** Undefined when the body is not such a request. */
export function readRecord(body: unknown, own: boolean): RecordRequest | undefined {
  if (!isRecord(body)) return undefined;
  const { name, broker, filter } = body;
  const bytes = asWhole(body.bytes, ...RECORDING_RANGES.bytes);
  const seconds = asWhole(body.seconds, ...RECORDING_RANGES.seconds);
  if (!isRecordingName(name) || typeof broker !== 'string' || typeof filter !== 'string') return undefined;
  const parsed = parseTopicFilter(filter);
  // A member of a shared subscription takes messages away from the other members.
  if (!parsed.ok || parsed.filter.shareGroup !== undefined || bytes === undefined || !seconds) return undefined;
  return { name, broker, filter: parsed.filter, own, bytes, seconds };
}

const MOST_BRANCHES = 1000;

/** Undefined when the body is not such a request. */
export function readReplay(body: unknown): ReplayRequest | undefined {
  if (!isRecord(body)) return undefined;
  const { name, broker, to, loop, retain, prefix, branches } = body;
  if (!isRecordingName(name) || typeof broker !== 'string' || (to !== 'broker' && to !== 'flow')) return undefined;
  if (typeof loop !== 'boolean' || typeof retain !== 'boolean') return undefined;
  const speed = readSpeed(body.speed);
  const pause = typeof body.longestPause === 'number' ? body.longestPause : Number.NaN;
  if (speed === undefined || !(pause >= PAUSE_RANGE[0] && pause <= PAUSE_RANGE[1] * 1000)) return undefined;
  if (typeof prefix !== 'string' || !isTopicPrefix(prefix)) return undefined;
  if (!Array.isArray(branches) || branches.length > MOST_BRANCHES) return undefined;
  const filters = branches.every((text) => typeof text === 'string') ? readBranches(branches) : undefined;
  if (!filters) return undefined;
  return { name, broker, to, loop, retain, speed, longestPause: pause, prefix, branches: filters };
}

/** A speed: a factor, or 0 for as fast as possible. Undefined when it is none. */
export function readSpeed(value: unknown): number | undefined {
  const speed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (speed === 0) return 0;
  return typeof speed === 'number' && speed >= SPEED_RANGE[0] && speed <= SPEED_RANGE[1] ? speed : undefined;
}

export interface ReplayControl {
  readonly id: string;
  readonly action: 'stop' | 'pause' | 'resume';
}

/** Undefined when the body is not such a request. */
export function readReplayControl(body: unknown): ReplayControl | undefined {
  if (!isRecord(body) || typeof body.id !== 'string') return undefined;
  const { id, action } = body;
  return action === 'stop' || action === 'pause' || action === 'resume' ? { id, action } : undefined;
}
