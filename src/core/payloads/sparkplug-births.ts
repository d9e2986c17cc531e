// What Sparkplug edge nodes and devices have said at their birth (Sparkplug 3.0, sections 6.4.16 to 6.4.19): which metric
// an alias stands for, of which type, and which message of the edge node came last. Bounded, since servers send what
// they like.

/** What later messages leave out. */
export interface BornMetric {
  readonly name: string;
  /** The number of the data type. */
  readonly datatype: number | undefined;
}

/** A message of an edge node or of a device, by its topic `spBv1.0/group/type/node[/device]`. */
export interface SparkplugTopic {
  readonly group: string;
  readonly messageType: string;
  readonly node: string;
  readonly device: string | undefined;
}

export interface Metric extends BornMetric {
  readonly alias: string | undefined;
}

/** What a message says that matters here. */
interface SparkplugNews {
  readonly seq: number | undefined;
  /** ms since 1970 */
  readonly timestamp: number | undefined;
  /** Those of a birth. */
  readonly metrics: readonly Metric[];
}

/** An edge node since its birth. */
interface EdgeNode {
  /** The timestamp of its birth: another one is another birth. */
  readonly born: number | undefined;
  /** The highest seq so far, 0 to 255. */
  seq: number | undefined;
  /** By seq, whether the message was stale. */
  readonly verdicts: (boolean | undefined)[];
  /** By device; the edge node's own under the empty name. */
  readonly births: Map<string, ReadonlyMap<string, BornMetric>>;
  /** What its births count, by weightOf(). */
  metrics: number;
}

/** A message this far behind the last one is one that another subscriber has decoded already, not one that is missing. */
const BEHIND = 128;
const SEQUENCE = 256;
const MOST_EDGE_NODES = 10_000;
/** Of all edge nodes together. */
const MOST_METRICS = 1_000_000;

/** The parts of a topic of Sparkplug B; undefined for others, and for the state of a host. */
export function sparkplugTopic(topic: string): SparkplugTopic | undefined {
  const [namespace, group, messageType, node, device, ...more] = topic.split('/');
  if (namespace !== 'spBv1.0' || !group || !messageType || !node || more.length > 0) return undefined;
  return group === 'STATE' ? undefined : { group, messageType, node, device };
}

/** What decoding asks of what came before. */
export interface SparkplugHistory {
  /** The metric that `alias` stands for, or that has the name. */
  metric(topic: SparkplugTopic, alias: string): BornMetric | undefined;
  /** Takes notice of a message. Returns whether what is known of the edge node is stale. */
  follow(topic: SparkplugTopic, news: SparkplugNews): boolean;
}

export class SparkplugBirths implements SparkplugHistory {
  readonly #nodes = new Map<string, EdgeNode>();
  #metrics = 0;
  /** How many edge nodes and metrics are known. */
  get size(): { readonly edgeNodes: number; readonly metrics: number } {
    return { edgeNodes: this.#nodes.size, metrics: this.#metrics };
  }

  /** The metric that `alias` stands for, or that has the name. */
  metric(topic: SparkplugTopic, alias: string): BornMetric | undefined {
    return this.#nodes
      .get(keyOf(topic))
      ?.births.get(topic.device ?? '')
      ?.get(alias);
  }

  /**
   * Takes notice of a message. Several subscribers may tell of the same one, each in its time. Returns whether what is
   * known of the edge node is stale: messages are missing, or nothing was seen of its birth.
   */
  follow(topic: SparkplugTopic, news: SparkplugNews): boolean {
    switch (topic.messageType) {
      case 'NBIRTH':
        return this.#edgeNodeBorn(topic, news);
      case 'NDEATH':
        // Its seq is that of a session, not of a message.
        this.#forget(keyOf(topic));
        return false;
      case 'DBIRTH':
        return this.#inSequence(topic, news, () => !this.#born(topic, news.metrics));
      case 'DDEATH':
        return this.#inSequence(topic, news, () => {
          this.#forgetDevice(topic);
          return false;
        });
      case 'NDATA':
      case 'DDATA':
        return this.#inSequence(topic, news, () => !this.#nodes.get(keyOf(topic))?.births.has(topic.device ?? ''));
      default:
        // Commands come from hosts and have no seq.
        return false;
    }
  }

  #edgeNodeBorn(topic: SparkplugTopic, { seq, timestamp, metrics }: SparkplugNews): boolean {
    const key = keyOf(topic);
    const known = this.#nodes.get(key);
    if (known && timestamp !== undefined && known.born === timestamp) return false;
    this.#forget(key);
    this.#nodes.set(key, { born: timestamp, seq, verdicts: [], births: new Map(), metrics: 0 });
    // The one that was born longest ago goes first; it is stale from then on, and says so.
    const [oldest] = this.#nodes.keys();
    if (this.#nodes.size > MOST_EDGE_NODES && oldest !== undefined) this.#forget(oldest);
    return !this.#born(topic, metrics);
  }

  /** A seq counts from 0 to 255 and starts again (section 6.4.6). `judge` is asked once for each message. */
  #inSequence(topic: SparkplugTopic, { seq }: SparkplugNews, judge: () => boolean): boolean {
    const node = this.#nodes.get(keyOf(topic));
    if (!node || seq === undefined) return true;
    const { seq: last } = node;
    const ahead = last === undefined ? 1 : (seq - last + SEQUENCE) % SEQUENCE;
    if (ahead === 0 || ahead > BEHIND) return node.verdicts[seq] ?? true;
    node.seq = seq;
    const stale = judge() || ahead > 1;
    node.verdicts[seq] = stale;
    return stale;
  }

  /** False when there is no room for the metrics. */
  #born(topic: SparkplugTopic, metrics: readonly Metric[]): boolean {
    this.#forgetDevice(topic);
    const node = this.#nodes.get(keyOf(topic));
    if (!node || this.#metrics + metrics.length > MOST_METRICS) return false;
    const born = byAliasAndName(metrics);
    const weight = weightOf(topic, born);
    if (this.#metrics + weight > MOST_METRICS) return false;
    node.births.set(topic.device ?? '', born);
    node.metrics += weight;
    this.#metrics += weight;
    return true;
  }

  #forget(key: string): void {
    const node = this.#nodes.get(key);
    if (!node) return;
    this.#metrics -= node.metrics;
    this.#nodes.delete(key);
  }

  #forgetDevice(topic: SparkplugTopic): void {
    const node = this.#nodes.get(keyOf(topic));
    const born = node?.births.get(topic.device ?? '');
    if (!node || !born) return;
    node.births.delete(topic.device ?? '');
    const weight = weightOf(topic, born);
    node.metrics -= weight;
    this.#metrics -= weight;
  }
}

/** Characters of a name that count as one metric. */
const NAME_UNIT = 256;

/** What a birth counts: its metrics, at least one, and more for long names. The same when it is forgotten. */
function weightOf({ device = '' }: SparkplugTopic, born: ReadonlyMap<string, BornMetric>): number {
  let weight = Math.floor(device.length / NAME_UNIT);
  for (const { name } of new Set(born.values())) weight += 1 + Math.floor(name.length / NAME_UNIT);
  return Math.max(1, weight);
}

function keyOf({ group, node }: SparkplugTopic): string {
  return `${group}/${node}`;
}

/** Names start with `name:`, so that none is taken for an alias. */
export function nameKey(name: string): string {
  return `name:${name}`;
}

/** Finds each metric by its alias, and by its name under nameKey(). */
export function byAliasAndName(metrics: readonly Metric[]): ReadonlyMap<string, BornMetric> {
  const born = new Map<string, BornMetric>();
  for (const { name, datatype, alias } of metrics) {
    const metric = { name, datatype };
    if (alias !== undefined) born.set(alias, metric);
    born.set(nameKey(name), metric);
  }
  return born;
}
