// The retained messages (MQTT 5, section 3.3.1.3) by topic. A filter finds its messages without a look at the others.

import type { TopicFilter } from '../../core/topics/topic-filter';
import { TopicIndex } from '../../core/topics/topic-index';
import type { Publication } from '../publications/publication';

export interface RetainedLimits {
  readonly count: number;
  readonly bytes: number;
}

/** bytes of a level of topics with others below it */
const BRANCH = 200;

export class RetainedMessages {
  readonly #limits: RetainedLimits;
  readonly #index = new TopicIndex<Publication>();
  #bytes = 0;
  #lastNumber = 0;

  constructor(limits: RetainedLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#index.size;
  }

  /** approximate bytes in memory */
  get bytes(): number {
    return this.#bytes + this.#index.branches * BRANCH;
  }

  /** The number of the message that was retained last. */
  get lastNumber(): number {
    return this.#lastNumber;
  }

  /** Whether there is room for `publication` in place of the present one of its topic. */
  hasRoomFor(publication: Publication): boolean {
    if (publication.payloadLength === 0) return true;
    const before = this.#index.get(publication.topic);
    const { count, bytes } = this.#limits;
    const grown = publication.size - (before?.size ?? 0);
    if (before) return grown <= 0 || this.bytes + grown <= bytes;
    const levels = this.#index.newBranches(publication.topic) * BRANCH;
    return this.count < count && this.bytes + grown + levels <= bytes;
  }

  /** Retains `publication` for its topic. True when there was none before. */
  set(publication: Publication): boolean {
    const before = this.#index.set(publication.topic, publication);
    if (before) this.#left(before);
    publication.keptNumber = ++this.#lastNumber;
    this.#bytes += publication.size;
    return before === undefined;
  }

  /** Deletes the retained message of `topic`. False when there was none. */
  delete(topic: string): boolean {
    const before = this.#index.delete(topic);
    if (!before) return false;
    this.#left(before);
    return true;
  }

  /** The messages whose topics match `filter`, in any order. */
  match(filter: TopicFilter): Publication[] {
    return this.#index.match(filter);
  }

  /** All of them. */
  all(): Publication[] {
    return this.#index.all();
  }

  #left(publication: Publication): void {
    this.#bytes -= publication.size;
    publication.keptNumber = 0;
  }
}
