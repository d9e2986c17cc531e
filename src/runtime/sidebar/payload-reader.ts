// Reads the payloads of a recording for the sidebar, by the same code as a subscribe node: in a format that the user has
// chosen, or in the one that the message, its topic or the flow names. Bounded, since payloads are what servers send.

import type { NodeAPI } from 'node-red';
import type { Connection } from '../../connection/connection';
import type { Codec, CodecOptions, PayloadHints } from '../../core/payloads/codec';
import { namesFormat } from '../../core/payloads/formats/detect-codec';
import { DEFAULT_OPTIONS, formatsByContentType } from '../../core/payloads/formats/find-codec';
import { namesProtobuf } from '../../core/payloads/formats/protobuf-codec';
import { sparkplugTopic } from '../../core/payloads/sparkplug-births';
import type { Observation } from '../../core/sidebar/observation';
import { type ShownBudget, showValue } from '../../core/sidebar/show-value';
import type { ShownPayload } from '../../core/sidebar/shown-value';
import type { TopicTree } from '../../core/sidebar/topic-tree';
import { readFormat } from '../../settings/format.config';
import { SavedConfig } from '../../settings/saved-config';
import { type FormatUser, formatUsers } from '../node/formats-in-use';
import { NodeCodecs } from '../node/node-codecs';
import { otherFormats } from '../node/registered-formats';
import { birthsOf } from '../subscribe/sparkplug-births-of';
import { RecordedBirths } from './recorded-births';

/** Bytes that a payload may be inflated to. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Of one payload, and of all payloads of an answer. */
const MOST_OF_PAYLOAD: ShownBudget = { elements: 20_000, characters: 512 * 1024 };
const MOST_OF_ANSWER: ShownBudget = { elements: 60_000, characters: 2 * 1024 * 1024 };
/** ms for all payloads of an answer but the newest, which may have to load a library. The flows wait meanwhile. */
const MOST_TIME = 250;
/** Formats that the page reads by itself. */
const PLAIN = new Set(['auto', 'string', 'text-or-bytes', 'json', 'buffer']);

export class PayloadReader {
  readonly #RED: NodeAPI;
  readonly #connection: Connection | undefined;
  readonly #options: CodecOptions;
  readonly #codecs: NodeCodecs;

  /** `connection` is that of the flows; undefined while the broker node is missing. */
  constructor(RED: NodeAPI, tree: TopicTree, connection: Connection | undefined) {
    this.#RED = RED;
    this.#connection = connection;
    const births = new RecordedBirths(tree, connection && birthsOf(connection));
    this.#options = { ...DEFAULT_OPTIONS, largeIntegers: 'bigint', maximumBytes: MOST_BYTES, births };
    this.#codecs = new NodeCodecs(RED, readFormat(new SavedConfig({})), 'bigint');
  }

  /**
   * The payloads of `history`, from the newest on: undefined where nothing but text or JSON is named, and beyond what fits
   * into an answer. `format` is what the user has chosen; blank for none.
   */
  read(history: readonly Observation[], topic: string, format: string): (ShownPayload | undefined)[] {
    const shown: (ShownPayload | undefined)[] = [];
    const left = { ...MOST_OF_ANSWER };
    let end = Number.POSITIVE_INFINITY;
    for (const observation of [...history].reverse()) {
      const isOver = left.elements <= 0 || left.characters <= 0 || performance.now() > end;
      shown.push(isOver ? undefined : this.#payload(observation, topic, format, left));
      if (shown.length === 1) end = performance.now() + MOST_TIME;
    }
    return shown.reverse();
  }

  #payload(observation: Observation, topic: string, format: string, left: ShownBudget): ShownPayload | undefined {
    const hints = observation.properties ?? {};
    const named = format === '' ? this.#automatic(observation, topic) : this.#chosen(format);
    if (named === undefined || observation.size === 0) return undefined;
    if (!named.codec) return { ok: false, format: named.format, problem: 'noFormat', detail: named.format };
    // Of a payload that was cut nothing can be read but what stands in the bytes themselves.
    if (observation.size > observation.bytes.length)
      return { ok: false, format: named.format, problem: 'cut', detail: '' };
    const decoded = named.codec.decode(Buffer.from(observation.bytes, 'latin1'), hints, topic);
    if (!decoded.ok) return { ok: false, format: named.format, problem: decoded.problem, detail: decoded.detail };
    const budget = {
      elements: Math.min(MOST_OF_PAYLOAD.elements, left.elements),
      characters: Math.min(MOST_OF_PAYLOAD.characters, left.characters),
    };
    const before = { ...budget };
    const value = showValue(decoded.value, budget);
    left.elements -= before.elements - budget.elements;
    left.characters -= before.characters - budget.characters;
    return { ok: true, format: named.format, value };
  }

  /** By the content type, then by the topic, then as a node of the flow reads the topic. */
  #automatic({ properties = {} }: Observation, topic: string): NamedCodec | undefined {
    const user = this.#userOf(topic);
    if (this.#namesFormat(properties)) return this.#named('auto', user, user?.messageType);
    if (namesProtobuf(properties.contentType)) return this.#named('protobuf', user, user?.messageType);
    if (sparkplugTopic(topic)) return this.#named('sparkplug');
    if (!user || PLAIN.has(user.format)) return undefined;
    return this.#named(user.format, user, user.messageType);
  }

  #namesFormat(hints: PayloadHints): boolean {
    if (hints.contentType === undefined && hints.userProperties === undefined) return false;
    return namesFormat(formatsByContentType(this.#options, otherFormats(this.#RED, this.#options)), hints);
  }

  /** `protobuf:plant.Reading` names the message, too. */
  #chosen(chosen: string): NamedCodec {
    const colon = chosen.indexOf(':');
    if (colon < 0) return this.#named(chosen);
    const type = chosen.slice(colon + 1);
    const user = formatUsers(this.#connection).find(({ codecs }) => codecs.messageTypes.includes(type));
    return this.#named(chosen.slice(0, colon), user, type);
  }

  #named(format: string, user?: Pick<FormatUser, 'codecs'>, messageType = ''): NamedCodec {
    const found = (user?.codecs ?? this.#codecs).find(format, messageType, this.#options);
    return { format, codec: found.ok ? found.value : undefined };
  }

  #userOf(topic: string): (Pick<FormatUser, 'codecs'> & { format: string; messageType: string }) | undefined {
    for (const { codecs, formatOf } of formatUsers(this.#connection)) {
      const used = formatOf(topic);
      if (used && (!PLAIN.has(used.format) || used.messageType !== '')) return { codecs, ...used };
    }
    return undefined;
  }
}

interface NamedCodec {
  readonly format: string;
  readonly codec: Codec | undefined;
}
