// Reads the payloads of a recording for the sidebar, by the same code as a subscribe node: in a format that the user has
// chosen, or in the one that the message, its topic or the flow names. Bounded, since payloads are what servers send.

import type { NodeAPI } from 'node-red';
import type { Connection } from '../../connection/connection';
import type { CodecOptions } from '../../core/payloads/codec';
import { DEFAULT_OPTIONS } from '../../core/payloads/formats/find-codec';
import type { Observation } from '../../core/sidebar/observation';
import { type ShownBudget, showValue } from '../../core/sidebar/show-value';
import type { ShownPayload } from '../../core/sidebar/shown-value';
import type { TopicTree } from '../../core/sidebar/topic-tree';
import { birthsOf } from '../subscribe/sparkplug-births-of';
import { RecordedBirths } from './recorded-births';
import { type ReaderParts, TopicCodecs } from './topic-codecs';

/** Bytes that a payload may be inflated to. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Of one payload, and of all payloads of an answer. */
const MOST_OF_PAYLOAD: ShownBudget = { elements: 20_000, characters: 512 * 1024 };
const MOST_OF_ANSWER: ShownBudget = { elements: 60_000, characters: 2 * 1024 * 1024 };
/** ms for all payloads of an answer but the newest, which may have to load a library. The flows wait meanwhile. */
const MOST_TIME = 250;

export class PayloadReader {
  readonly #parts: ReaderParts;

  /** `connection` is that of the flows; undefined while the broker node is missing. */
  constructor(RED: NodeAPI, tree: TopicTree, connection: Connection | undefined) {
    const births = new RecordedBirths(tree, connection && birthsOf(connection));
    const options: CodecOptions = { ...DEFAULT_OPTIONS, largeIntegers: 'bigint', maximumBytes: MOST_BYTES, births };
    this.#parts = { RED, connection, options };
  }

  /**
   * The payloads of `history`, from the newest on: undefined where nothing but text or JSON is named, and beyond what fits
   * into an answer. `format` is what the user has chosen; blank for none.
   */
  read(history: readonly Observation[], topic: string, format: string): (ShownPayload | undefined)[] {
    const shown: (ShownPayload | undefined)[] = [];
    const codecs = new TopicCodecs(this.#parts, topic, format);
    const left = { ...MOST_OF_ANSWER };
    let end = Number.POSITIVE_INFINITY;
    for (const observation of [...history].reverse()) {
      const isOver = left.elements <= 0 || left.characters <= 0 || performance.now() > end;
      const budget = {
        elements: Math.min(MOST_OF_PAYLOAD.elements, left.elements),
        characters: Math.min(MOST_OF_PAYLOAD.characters, left.characters),
      };
      const before = { ...budget };
      shown.push(isOver ? undefined : shownPayload(observation, topic, codecs, budget));
      left.elements -= before.elements - budget.elements;
      left.characters -= before.characters - budget.characters;
      if (shown.length === 1) end = performance.now() + MOST_TIME;
    }
    return shown.reverse();
  }

  /**
   * Reads the payloads of a topic one by one, for a caller that decides when to stop and sends none of them on: each has
   * all the room that a payload may take. Undefined where nothing but text or JSON is named.
   */
  oneByOne(topic: string, format: string): (observation: Observation) => ShownPayload | undefined {
    const codecs = new TopicCodecs(this.#parts, topic, format);
    return (observation) => shownPayload(observation, topic, codecs, { ...MOST_OF_PAYLOAD });
  }
}

/** Takes what it shows from `budget`. */
function shownPayload(
  observation: Observation,
  topic: string,
  codecs: TopicCodecs,
  budget: ShownBudget,
): ShownPayload | undefined {
  const hints = observation.properties ?? {};
  const named = codecs.of(hints);
  if (named === undefined || observation.size === 0) return undefined;
  if (!named.codec) return { ok: false, format: named.format, problem: 'noFormat', detail: named.format };
  // Of a payload that was cut nothing can be read but what stands in the bytes themselves.
  if (observation.size > observation.bytes.length)
    return { ok: false, format: named.format, problem: 'cut', detail: '' };
  const decoded = named.codec.decode(Buffer.from(observation.bytes, 'latin1'), hints, topic);
  if (!decoded.ok) return { ok: false, format: named.format, problem: decoded.problem, detail: decoded.detail };
  return { ok: true, format: named.format, value: showValue(decoded.value, budget) };
}
