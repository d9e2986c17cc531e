// Topic aliases (MQTT 5, section 3.3.2.3.4): numbers that replace topics, in each direction of one connection.

import { ProtocolViolation } from '../wire/protocol-violation';
import type { DecodedPublish } from '../wire/publish-decoder';
import { Reason } from '../wire/reason';

/** Aliases of one client, whatever it allows, and characters of a topic that gets one: the topics are kept in memory. */
const MOST = 1000;
const LONGEST = 1000;

/** The aliases that the client has assigned. */
export class IncomingAliases {
  readonly #maximum: number;
  #topics: Map<number, string> | undefined;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** The topic of a publication. */
  topicOf({ topic, alias }: DecodedPublish): string {
    if (alias === 0) {
      if (topic === '') throw new ProtocolViolation(Reason.protocolError, 'a publication without a topic');
      return topic;
    }
    if (alias > this.#maximum) throw new ProtocolViolation(Reason.topicAliasInvalid, `the topic alias ${alias}`);
    if (topic === '') {
      const known = this.#topics?.get(alias);
      if (known !== undefined) return known;
      throw new ProtocolViolation(Reason.protocolError, `the topic alias ${alias}, which stands for nothing`);
    }
    this.#topics ??= new Map();
    this.#topics.set(alias, topic);
    return topic;
  }
}

/** The aliases that the broker assigns, to the first topics that are longer than an alias. */
export class OutgoingAliases {
  readonly #maximum: number;
  readonly #aliases = new Map<string, number>();

  /** `maximum` is the Topic Alias Maximum of CONNECT. */
  constructor(maximum: number) {
    this.#maximum = Math.min(maximum, MOST);
  }

  /** The alias of `topic`, and whether the client knows it. Undefined when there is none. */
  aliasFor(topic: string): { readonly alias: number; readonly known: boolean } | undefined {
    const kept = this.#aliases.get(topic);
    if (kept !== undefined) return { alias: kept, known: true };
    // An alias takes three bytes.
    if (this.#aliases.size >= this.#maximum || topic.length <= 3 || topic.length > LONGEST) return undefined;
    return { alias: this.#aliases.size + 1, known: false };
  }

  /** `topic` was sent to the client with the alias from aliasFor(). */
  told(topic: string): void {
    this.#aliases.set(topic, this.#aliases.size + 1);
  }
}
