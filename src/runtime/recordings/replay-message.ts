// What a message asks of a replay node.

import { failed, found, type Result } from '../../core/errors/result';
import { isRecordingName } from '../../core/recordings/recording-name';
import { readSpeed } from '../../core/recordings/recordings-protocol';
import { isTopicPrefix, readBranches } from '../../core/recordings/topic-choice';
import type { TopicFilter } from '../../core/topics/topic-filter';
import { asFlag, isBlank, propertyInvalid } from '../../core/values/plain-value';

/** What `msg.action` may ask of a replay. */
export const REPLAY_ACTIONS = ['start', 'stop', 'pause', 'resume', 'speed'] as const;

export interface ReplayMessage {
  readonly action: (typeof REPLAY_ACTIONS)[number];
  /** The name of a recording, in the place of that of the settings. So the others. */
  readonly recording?: string;
  readonly speed?: number;
  readonly loop?: boolean;
  readonly prefix?: string;
  readonly branches?: readonly TopicFilter[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Undefined when it asks for another action. Without one, it starts a replay. */
export function readReplayMessage(message: object): Result<ReplayMessage> | undefined {
  // A message may hold anything under any name.
  const given = message as Readonly<Record<string, unknown>>;
  const action = isBlank(given.action) ? 'start' : REPLAY_ACTIONS.find((known) => known === given.action);
  if (!action) return undefined;
  const asked: Writable<ReplayMessage> = { action };
  const { recording, speed, loop, prefix, branches } = given;
  const wrong = (property: string, expected: string): Result<ReplayMessage> =>
    failed(propertyInvalid(`msg.${property}`, given[property], expected, 'control'));
  if (action === 'speed' && isBlank(speed)) return wrong('speed', 'expected.speed');
  if (!isBlank(speed)) {
    const factor = readSpeed(speed);
    if (factor === undefined) return wrong('speed', 'expected.speed');
    asked.speed = factor;
  }
  if (action !== 'start') return found(asked);
  if (!isBlank(recording)) {
    if (!isRecordingName(recording)) return wrong('recording', 'expected.recording');
    asked.recording = recording;
  }
  if (!isBlank(loop)) {
    const flag = asFlag(loop);
    if (flag === undefined) return wrong('loop', 'true, false');
    asked.loop = flag;
  }
  if (prefix !== undefined && prefix !== null) {
    if (typeof prefix !== 'string' || !isTopicPrefix(prefix)) return wrong('prefix', 'expected.topic');
    asked.prefix = prefix;
  }
  if (!isBlank(branches)) {
    const texts = Array.isArray(branches) ? branches : [branches];
    const filters = texts.every((text) => typeof text === 'string') ? readBranches(texts) : undefined;
    if (!filters) return wrong('branches', 'expected.filters');
    asked.branches = filters;
  }
  return found(asked);
}
