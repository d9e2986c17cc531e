// The formats in which the sidebar reads the messages of one topic: each is found once for all messages of an answer.

import type { NodeAPI } from 'node-red';
import type { Connection } from '../../connection/connection';
import type { Codec, CodecOptions, PayloadHints } from '../../core/payloads/codec';
import { namesFormat } from '../../core/payloads/formats/detect-codec';
import { formatsByContentType } from '../../core/payloads/formats/find-codec';
import { namesProtobuf } from '../../core/payloads/formats/protobuf-format';
import { sparkplugTopic } from '../../core/payloads/sparkplug-births';
import { readFormat } from '../../settings/format.config';
import { SavedConfig } from '../../settings/saved-config';
import { formatUsers } from '../node/formats-in-use';
import { NodeCodecs } from '../node/node-codecs';
import { registeredFormats } from '../node/registered-formats';
import { chosenFormat, codecsKnowing } from './chosen-format';

export interface ReaderParts {
  readonly RED: NodeAPI;
  /** That of the flows; undefined while the broker node is missing. */
  readonly connection: Connection | undefined;
  readonly options: CodecOptions;
}

/** A format that a message is in, and its codec, if there is one. */
interface NamedCodec {
  readonly format: string;
  readonly codec: Codec | undefined;
}

/** How a node of the flow reads a topic. */
interface FlowReading {
  readonly codecs: NodeCodecs;
  readonly format: string;
  readonly messageType: string;
}

/** Formats that the page reads by itself. */
const PLAIN = new Set(['auto', 'string', 'text-or-bytes', 'json', 'buffer']);

export class TopicCodecs {
  readonly #parts: ReaderParts;
  readonly #topic: string;
  /** What the user has chosen; undefined where the message decides. */
  readonly #chosen: NamedCodec | undefined;
  readonly #found = new Map<string, NamedCodec>();
  #reading: { readonly found: FlowReading | undefined } | undefined;
  #byContentType: readonly Codec[] | undefined;

  /** `chosen` is blank where the message decides. */
  constructor(parts: ReaderParts, topic: string, chosen: string) {
    this.#parts = parts;
    this.#topic = topic;
    this.#chosen = chosen === '' ? undefined : this.#choose(chosen);
  }

  /** Undefined where nothing but text or JSON is named. */
  of(hints: PayloadHints): NamedCodec | undefined {
    return this.#chosen ?? this.#automatic(hints);
  }

  #choose(text: string): NamedCodec {
    const chosen = chosenFormat(text);
    return this.#named(chosen.format, chosen.messageType, codecsKnowing(chosen, this.#parts.connection));
  }

  /** By the content type, then by the topic, then as a node of the flow reads the topic. */
  #automatic(hints: PayloadHints): NamedCodec | undefined {
    if (this.#namesFormat(hints)) return this.#asTheFlow('auto');
    if (namesProtobuf(hints.contentType)) return this.#asTheFlow('protobuf');
    if (sparkplugTopic(this.#topic)) return this.#named('sparkplug');
    const use = this.#flowReading;
    return !use || PLAIN.has(use.format) ? undefined : this.#asTheFlow(use.format);
  }

  #namesFormat(hints: PayloadHints): boolean {
    if (hints.contentType === undefined && hints.userProperties === undefined) return false;
    if (!this.#byContentType) {
      const { RED, options } = this.#parts;
      const formats = formatsByContentType(options, registeredFormats(RED));
      this.#byContentType = formats.ok ? formats.value : [];
    }
    return namesFormat(this.#byContentType, hints);
  }

  #asTheFlow(format: string): NamedCodec {
    const use = this.#flowReading;
    return this.#named(format, use?.messageType, use?.codecs);
  }

  /** `codecs` are those of a node, which are the same for all messages of the topic. */
  #named(format: string, messageType = '', codecs?: NodeCodecs): NamedCodec {
    const known = this.#found.get(format);
    if (known) return known;
    const { RED, options } = this.#parts;
    const own = codecs ?? new NodeCodecs(RED, readFormat(new SavedConfig({})), 'bigint');
    const result = own.find(format, messageType, options);
    const named = { format, codec: result.ok ? result.value : undefined };
    this.#found.set(format, named);
    return named;
  }

  /** The first node that reads the topic other than as text or JSON. */
  get #flowReading(): FlowReading | undefined {
    this.#reading ??= { found: this.#findReading() };
    return this.#reading.found;
  }

  #findReading(): FlowReading | undefined {
    for (const { codecs, formatOf } of formatUsers(this.#parts.connection)) {
      const used = formatOf(this.#topic);
      if (used && (!PLAIN.has(used.format) || used.messageType !== '')) return { codecs, ...used };
    }
    return undefined;
  }
}
