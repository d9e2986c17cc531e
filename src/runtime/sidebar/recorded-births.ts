// The births that a recording holds, so that the sidebar shows metrics by their names. It changes nothing of what the flows
// know: they may have seen other messages.

import { metricsOfBirth } from '../../core/payloads/formats/sparkplug-format';
import {
  type BornMetric,
  byAliasAndName,
  type SparkplugHistory,
  type SparkplugTopic,
} from '../../core/payloads/sparkplug-births';
import type { TopicTree } from '../../core/sidebar/topic-tree';

interface ReadBirth {
  readonly sequence: number;
  readonly metrics: ReadonlyMap<string, BornMetric>;
}

export class RecordedBirths implements SparkplugHistory {
  readonly #tree: TopicTree;
  readonly #flows: SparkplugHistory | undefined;
  /** The birth that was read last: the messages of one topic are asked for together. */
  #read: (ReadBirth & { readonly topic: string }) | undefined;

  /** `flows` is what the flows of the same broker have seen, for births before the recording. */
  constructor(tree: TopicTree, flows: SparkplugHistory | undefined) {
    this.#tree = tree;
    this.#flows = flows;
  }

  metric(topic: SparkplugTopic, alias: string): BornMetric | undefined {
    return this.#birth(topic)?.get(alias) ?? this.#flows?.metric(topic, alias);
  }

  /** Old and new messages are looked at in any order, so a gap means nothing. */
  follow(): boolean {
    return false;
  }

  #birth({ group, node, device }: SparkplugTopic): ReadonlyMap<string, BornMetric> | undefined {
    const topic =
      device === undefined ? `spBv1.0/${group}/NBIRTH/${node}` : `spBv1.0/${group}/DBIRTH/${node}/${device}`;
    const birth = this.#tree.find(topic)?.history.at(-1);
    if (!birth) return undefined;
    if (this.#read?.topic !== topic || this.#read.sequence !== birth.sequence) {
      const metrics = byAliasAndName(metricsOfBirth(Buffer.from(birth.bytes, 'latin1')));
      this.#read = { topic, sequence: birth.sequence, metrics };
    }
    return this.#read.metrics;
  }
}
