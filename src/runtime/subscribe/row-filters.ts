// The rows of a node as subscriptions. Filters that name values of contexts, or are expressions, are found when the node
// starts, and again when a message asks for it. Node-RED has no event for a changed context.

import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { type Clock, systemClock } from '../../connection/clock';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { type Failed, type Found, found, type Result } from '../../core/errors/result';
import type { Codec } from '../../core/payloads/codec';
import { type FilterSource, filterFrom, filterText } from '../../core/topics/filter-source';
import type { TopicFilter } from '../../core/topics/topic-filter';
import type { ValueRule } from '../../core/values/value-rule';
import type { FormattedSubscription } from '../../settings/subscribe.config';
import { answerDetail } from '../context/late-answers';
import type { NodeCodecs } from '../node/node-codecs';
import { outsideFinder } from '../publish/outside-values';
import type { NodeSubscription } from './node-subscriptions';
import type { RowValue } from './row-value';

/** ms that a context store or an expression may take: other nodes of the connection wait with their subscriptions. */
const PATIENCE = 5000;

export interface RowParts {
  readonly RED: NodeAPI;
  readonly node: Node;
  /** That of the node. */
  readonly codec: Codec;
  readonly codecs: NodeCodecs;
  /** Prepares the *Value* of a row. */
  readonly values: (rule: ValueRule | undefined) => Result<RowValue | undefined>;
  /** Whether each row has an output of its own. */
  readonly outputEach?: boolean;
}

/** How errors of a value say what it is for. */
const FOUND = { stage: 'subscribe', overloaded: 'values-overloaded' } as const;

/** A row with all but its filter. */
interface Row {
  readonly source: FilterSource;
  subscription(filter: TopicFilter): NodeSubscription;
}

/** `unread`: what the filter depends on could not be read. */
type FilterFound = Found<TopicFilter> | (Failed & { readonly unread?: true });

/** Prepares the rows. A format, a *Value* or an expression that is invalid is the error. */
export function rowFilters(
  parts: RowParts,
  settings: readonly FormattedSubscription[],
  clock: Clock = systemClock,
): Result<RowFilters> {
  const rows: Row[] = [];
  for (const [index, one] of settings.entries()) {
    const row = preparedRow(parts, one, index);
    if (!row.ok) return row;
    rows.push(row.value);
  }
  return found(new RowFilters(parts, rows, clock));
}

function preparedRow(
  { RED, node, codec, codecs, values, outputEach = false }: RowParts,
  row: FormattedSubscription,
  index: number,
): Result<Row> {
  const { source, format, messageType } = row;
  const own = format === '' ? found(codec) : codecs.find(format, messageType);
  if (!own.ok) return own;
  const value = values(row.value);
  if (!value.ok) return value;
  if (source.kind === 'expression') {
    const valid = outsideFinder(RED, node, source.outside);
    if (!valid.ok) return valid;
  }
  const shared = { codec: own.value, value: value.value, row, ...(outputEach && { output: index }) };
  return found({ source, subscription: (filter) => ({ ...shared, options: { ...row.options, filter } }) });
}

export class RowFilters {
  readonly #parts: RowParts;
  readonly #rows: readonly Row[];
  readonly #clock: Clock;
  readonly #found: (NodeSubscription | undefined)[];
  /** By the places of the rows. */
  readonly #problems = new Map<number, MqttFlowsError>();

  constructor(parts: RowParts, rows: readonly Row[], clock: Clock) {
    this.#parts = parts;
    this.#rows = rows;
    this.#clock = clock;
    this.#found = rows.map(({ source, subscription }) =>
      source.kind === 'fixed' ? subscription(source.filter) : undefined,
    );
  }

  /** Whether a filter depends on something outside the settings. */
  get dependent(): boolean {
    return this.#rows.some(({ source }) => source.kind !== 'fixed');
  }

  /** The subscription of each row; undefined while it has no filter. */
  get byRow(): readonly (NodeSubscription | undefined)[] {
    return this.#found;
  }

  /** The subscriptions of the rows that have a filter. */
  get subscriptions(): readonly NodeSubscription[] {
    return this.#found.filter((one) => one !== undefined);
  }

  /** Why the first row that has no filter has none; undefined when all have one, or were not looked for yet. */
  get unfound(): MqttFlowsError | undefined {
    for (const [index, problem] of this.#problems) if (!this.#found[index]) return problem;
    return undefined;
  }

  /**
   * Finds the filters of all rows as they are now. Resolves with what is wrong. A row whose value is missing or does not fit
   * has no filter then; one whose value could not be read keeps what it had. A subscription with the same filter stays the
   * same object.
   */
  async find(): Promise<readonly MqttFlowsError[]> {
    const results = await Promise.all(this.#rows.map((row) => this.#findOne(row.source)));
    this.#problems.clear();
    for (const [index, result] of results.entries()) {
      if (!result.ok) this.#problems.set(index, result.error);
      const row = this.#rows[index];
      if (!row || (!result.ok && result.unread)) continue;
      const before = this.#found[index];
      if (!result.ok) this.#found[index] = undefined;
      else if (before?.options.filter.text !== result.value.text) this.#found[index] = row.subscription(result.value);
    }
    return [...this.#problems.values()];
  }

  #findOne(source: FilterSource): FilterFound | Promise<FilterFound> {
    if (source.kind === 'fixed') return found(source.filter);
    const { RED, node } = this.#parts;
    // A new one each time: one whose store never answers must not hold up the next.
    const finder = outsideFinder(RED, node, source.outside, FOUND, this.#clock);
    if (!finder.ok) return { ...finder, unread: true };
    return new Promise((resolve) => {
      const overdue = { seconds: PATIENCE / 1000, detailKey: 'waited.noAnswer' };
      const giveUp = this.#clock.after(PATIENCE, () => resolve(unavailable(source, overdue)));
      const answered = (answer: FilterFound): void => {
        giveUp();
        resolve(answer);
      };
      finder.config(
        // The filters are those of the node: nothing of a message is known.
        {} as NodeMessage,
        (values) =>
          answered(values.ok ? filterFrom(source, values.config) : { ok: false, error: values.error, unread: true }),
        (thrown) => answered(unavailable(source, answerDetail(thrown))),
      );
    });
  }
}

function unavailable(source: FilterSource, detail: Readonly<Record<string, string | number>>): FilterFound {
  const params = { property: 'filter', expression: filterText(source).slice(0, 200), ...detail };
  return { ok: false, error: new MqttFlowsError('value-unavailable', { stage: 'subscribe', params }), unread: true };
}
