// What lies below a topic: its topics, its retained messages, and its last values as one object.

import { parseJson } from '../payloads/json-text';
import { textOf } from '../payloads/payload-text';
import type { Observation } from './observation';
import type { TopicNode } from './topic-tree';

/** The topics with messages at `top` and below, from top to bottom. It does not recurse: servers choose the depth. */
export function* topicsBelow(top: TopicNode): Generator<TopicNode> {
  const waiting = [top];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.isTopic) yield node;
    const { children } = node;
    for (let i = children.length - 1; i >= 0; i--) waiting.push(children[i] as TopicNode);
  }
}

/** The topics at `top` and below for which the server has a retained message, as far as was seen. */
export function retainedBelow(top: TopicNode): string[] {
  const topics: string[] = [];
  for (const node of topicsBelow(top)) if (node.retained) topics.push(node.path);
  return topics;
}

/** The most characters of payloads that are copied. */
const MOST_CHARACTERS = 2 * 1024 * 1024;

export interface BranchValues {
  readonly values: Readonly<Record<string, unknown>>;
  /** Topics that were left out: too many, or their last message is not kept, or not as a whole. */
  readonly missing: number;
}

/**
 * The last payload of each topic at `top` and below, by topic, as payloadValue() has it.
 */
export function branchValues(top: TopicNode): BranchValues {
  const values: [string, unknown][] = [];
  let missing = 0;
  let left = MOST_CHARACTERS;
  for (const { path, latest } of topicsBelow(top)) {
    left -= path.length + (latest?.bytes.length ?? 0);
    if (!latest || left < 0 || latest.size > latest.bytes.length) missing++;
    else values.push([path, payloadValue(latest)]);
  }
  // Object.fromEntries() defines `__proto__` as a name like any other.
  return { values: Object.fromEntries(values), missing };
}

/**
 * The value of JSON, text as it is, and other bytes as `{ base64 }`. Numbers that JavaScript cannot hold are texts, and so is JSON
 * that nests too deep to be written again.
 */
export function payloadValue({ bytes }: Observation): unknown {
  const payload = Buffer.from(bytes, 'latin1');
  const text = textOf(payload);
  if (text === undefined) return { base64: payload.toString('base64') };
  const parsed = parseJson(text, 'text');
  return parsed.ok ? parsed.value : text;
}
