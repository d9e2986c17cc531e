// A topic of the state as a flow sees it, in answers and snapshots, and as it is kept over restarts.

import { failed, found, type Result } from '../errors/result';
import { lossIn } from '../payloads/json-loss';
import { TOO_DEEP } from '../payloads/json-text';
import { MOST_LEVELS } from '../payloads/large-numbers';
import { payloadError } from '../payloads/payload-error';
import { topicNameProblem } from '../topics/topic-name';
import { fieldsOf, isRecord, propertyInvalid } from '../values/plain-value';
import { keptForm, keptValue, withBuffers } from './kept-value';
import type { Rhythm } from './rhythm';
import type { TopicRecord, TopicValue } from './topic-record';
import type { RestoredTopic } from './topic-states';

/** The time of a moment for users and for other processes. */
export interface WallTime {
  /** ms of the clock that never goes back */
  readonly now: number;
  /** ms since the epoch */
  readonly wall: number;
}

/** The last value of a topic: its topic, payload and properties as received, and its age. */
export type StateEntry = TopicValue & {
  readonly topic: string;
  /** ms since it was received */
  readonly age: number;
  /** when it was received, in ms since the epoch */
  readonly at: number;
};

export function stateEntry({ topic, value, at }: TopicRecord, { now, wall }: WallTime): StateEntry {
  const age = Math.max(0, Math.round(now - at));
  return { topic, ...value, age, at: Math.round(wall) - age };
}

/**
 * Reads the entries that "setState" is given: a list as "getState" makes it. `at` counts; without it, `age`; without
 * both, now.
 */
export function readEntries(payload: unknown, time: WallTime): Result<RestoredTopic[]> {
  if (!Array.isArray(payload)) return failed(propertyInvalid('payload', payload, 'expected.stateEntries', 'control'));
  const topics: RestoredTopic[] = [];
  for (const [index, entry] of payload.entries()) {
    const name = `payload[${index}]`;
    if (!isRecord(entry)) return failed(propertyInvalid(name, entry, 'expected.stateEntries', 'control'));
    const { topic, age, at, _msgid, retain, payload: value, ...others } = entry;
    if (typeof topic !== 'string' || topicNameProblem(topic) !== undefined) {
      return failed(propertyInvalid(`${name}.topic`, topic, 'expected.topic', 'control'));
    }
    const passed = passedSince(at, age, time);
    if (passed === undefined)
      return failed(propertyInvalid(`${name}.at`, at ?? age, 'expected.milliseconds', 'control'));
    if (nestsTooDeep(entry)) return failed(payloadError('payload-undecodable', TOO_DEEP, topic));
    const received = time.now - passed;
    topics.push({
      topic,
      value: { ...others, payload: withBuffers(value), retain: retain === true },
      at: received,
      heardAt: received,
    });
  }
  return found(topics);
}

/** ms since a value was received. A clock that was set back must not make it younger than new. */
function passedSince(at: unknown, age: unknown, { wall }: WallTime): number | undefined {
  if (typeof at === 'number' && Number.isFinite(at)) return Math.max(0, wall - at);
  if (at !== undefined) return undefined;
  if (age === undefined) return 0;
  return typeof age === 'number' && Number.isFinite(age) && age >= 0 ? age : undefined;
}

/** Whether Node-RED cannot copy `value`, level by level, since a message may hold circles. */
function nestsTooDeep(value: object): boolean {
  const seen = new Set<object>([value]);
  let parts: object[] = [value];
  for (let level = 0; parts.length > 0; level++) {
    if (level > MOST_LEVELS) return true;
    const below: object[] = [];
    for (const part of parts) {
      for (const next of part instanceof Map || part instanceof Set ? part.values() : Object.values(part)) {
        if (typeof next !== 'object' || next === null || ArrayBuffer.isView(next) || seen.has(next)) continue;
        seen.add(next);
        below.push(next);
      }
    }
    parts = below;
  }
  return false;
}

/** What a topic is kept as: times in ms since the epoch. */
interface KeptTopic {
  readonly topic: string;
  /** A TopicValue, as all values in the form of kept-value.ts. */
  readonly value: unknown;
  readonly at: number;
  readonly heardAt: number;
  readonly usedAt: number;
  readonly reference?: { readonly value: unknown; readonly at: number };
  readonly waiting?: { readonly value: unknown };
  readonly rhythm?: Rhythm['kept'];
}

/** A topic as text for a context store; undefined when its value has no JSON form. */
export function keptText(record: TopicRecord, time: WallTime): string | undefined {
  try {
    const kept = keptTopic(record, time);
    const text = JSON.stringify(kept);
    return lossIn(kept, text) === undefined ? text : undefined;
  } catch {
    // A circle, or a BigInt.
    return undefined;
  }
}

/** Throws where a value holds a circle. */
function keptTopic(record: TopicRecord, { now, wall }: WallTime): KeptTopic {
  const { topic, value, at, heardAt, usedAt, compared, reference, referenceAt, waiting, isWaiting, rhythm } = record;
  const wallOf = (moment: number): number => Math.round(wall - (now - moment));
  return {
    topic,
    value: keptForm(value),
    at: wallOf(at),
    heardAt: wallOf(heardAt),
    usedAt: wallOf(usedAt),
    ...(compared ? { reference: { value: keptForm(reference), at: wallOf(referenceAt) } } : {}),
    ...(isWaiting ? { waiting: { value: keptForm(waiting) } } : {}),
    ...(rhythm ? { rhythm: rhythm.kept } : {}),
  };
}

/** Reads what keptText() has made; undefined for anything else. */
export function readKept(text: unknown, { now, wall }: WallTime): RestoredTopic | undefined {
  const kept = typeof text === 'string' ? parsed(text) : undefined;
  if (!isRecord(kept)) return undefined;
  const { topic, value, at, heardAt, usedAt, reference, waiting, rhythm } = kept;
  if (typeof topic !== 'string' || !isRecord(value) || typeof at !== 'number' || typeof heardAt !== 'number') {
    return undefined;
  }
  const momentOf = (time: number): number => now - Math.max(0, wall - time);
  const { payload, retain, ...others } = fieldsOf(keptValue(value));
  return {
    topic,
    value: { ...others, payload, retain: retain === true },
    at: momentOf(at),
    heardAt: momentOf(heardAt),
    ...(typeof usedAt === 'number' ? { usedAt: momentOf(usedAt) } : {}),
    ...(isRecord(reference) && typeof reference.at === 'number'
      ? { reference: { value: keptValue(reference.value), at: momentOf(reference.at) } }
      : {}),
    ...(isRecord(waiting) ? { waiting: { value: keptValue(waiting.value) } } : {}),
    ...(isRhythm(rhythm) ? { rhythm } : {}),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRhythm(value: unknown): value is Rhythm['kept'] {
  return Array.isArray(value) && value.length === 3 && value.every((part) => Number.isFinite(part));
}
