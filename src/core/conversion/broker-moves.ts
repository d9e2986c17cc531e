// What becomes of the broker nodes of a flow when some of the nodes that use them are replaced. Runs in the editor too.

import { isRecord } from '../values/plain-value';
import { type ConversionNote, type NodeConversion, note } from './conversion-note';
import { derivedId } from './derived-id';
import type { Direction } from './direction';
import { type FlowNode, textOf } from './flow-node';
import { labelOf } from './node-label';
import { isVariable } from './saved-text';

type Converted = Extract<NodeConversion, { readonly ok: true }>;

/**
 * A broker node is replaced when all of its users are. When others stay, or are of other packages, it stays for them, and a
 * new one is made for those that move.
 */
export class BrokerMoves {
  readonly #results = new Map<FlowNode, NodeConversion>();
  /** By the identifier that a node has now. */
  readonly #byId = new Map<string, { readonly broker: FlowNode; readonly result: NodeConversion }>();
  readonly #carriers = new Map<FlowNode, FlowNode>();
  /** Whether nodes that find their broker through a variable can move, and its brokers with them: all, or none. */
  readonly #variables: boolean;
  readonly #flow: readonly FlowNode[];

  constructor(
    flow: readonly FlowNode[],
    direction: Direction,
    chosen: (node: FlowNode) => boolean,
    moving: ReadonlySet<FlowNode>,
  ) {
    this.#flow = flow;
    const byVariable = flow.filter((node) => isVariable(textOf(node.broker)) && direction.convert(node));
    const brokers = flow.filter(({ type }) => type === direction.brokerType);
    const carried = brokers.filter(({ id }) => flow.some((node) => carries(node, id)));
    this.#variables =
      byVariable.length > 0 &&
      byVariable.every((node) => moving.has(node)) &&
      carried.every((broker) => direction.convertBroker(broker).ok);
    for (const broker of brokers) {
      const users = flow.filter((node) => node !== broker && Object.values(node).includes(broker.id));
      const carriers = flow.filter((node) => carries(node, broker.id));
      const staying = users.filter((node) => !moving.has(node)).length + (this.#variables ? 0 : carriers.length);
      const going = users.some((node) => moving.has(node)) || (this.#variables && carriers.length > 0);
      if (!going && !(chosen(broker) && staying === 0)) continue;
      this.#move(broker, direction, staying);
    }
    if (this.#variables) this.#carry(flow, direction);
  }

  #move(broker: FlowNode, direction: Direction, staying: number): void {
    const whole = direction.convertBroker(broker);
    const result = whole.ok ? this.#placed(broker, whole, direction, staying) : whole;
    this.#results.set(broker, result);
    this.#byId.set(broker.id, { broker, result });
  }

  #placed(broker: FlowNode, whole: Converted, direction: Direction, staying: number): NodeConversion {
    const { id, there } = besideOf(this.#flow, broker, whole.node.type);
    if (staying === 0) return there ? { ...whole, notes: [...whole.notes, ...bothStay(broker, there)] } : whole;
    if (!there) return besides(id, whole, direction, staying);
    // It is set up by now, and credentials have been typed into it.
    const notes = [note('brokerThere', { count: staying, broker: labelOf(there) })];
    return { ok: true, node: there, added: [], notes };
  }

  /** The settings of subflows and flows name the broker nodes that they offer, and their type. */
  #carry(flow: readonly FlowNode[], direction: Direction): void {
    const [sample] = [...this.#results.values()].filter((result) => result.ok);
    if (!sample) return;
    const carried = (entry: unknown): unknown => {
      if (!isRecord(entry)) return entry;
      const type = entry.type === direction.brokerType ? sample.node.type : entry.type;
      const result = this.#byId.get(textOf(entry.value))?.result;
      const value = result?.ok ? result.node.id : entry.value;
      return type === entry.type && value === entry.value ? entry : { ...entry, type, value };
    };
    for (const node of flow) {
      const before = node.env;
      if (!Array.isArray(before)) continue;
      const env = before.map(carried);
      if (env.some((entry, index) => entry !== before[index])) this.#carriers.set(node, { ...node, env });
    }
  }

  /** What becomes of a broker node; undefined when nothing does. */
  result(broker: FlowNode): NodeConversion | undefined {
    return this.#results.get(broker);
  }

  /** A subflow, its instance or a flow with the new broker nodes in its settings; undefined when it names none. */
  carrier(node: FlowNode): FlowNode | undefined {
    return this.#carriers.get(node);
  }

  /** `converted`, which takes the place of `before`, with the broker node that it has to use from now on. */
  attached(before: FlowNode, converted: Converted): NodeConversion {
    const broker = textOf(before.broker);
    if (isVariable(broker) && !this.#variables) return { ok: false, notes: [note('brokerStays', { broker })] };
    const move = this.#byId.get(broker);
    if (!move) return converted;
    const { result } = move;
    if (!result.ok) return { ok: false, notes: [note('brokerStays', { broker: labelOf(move.broker) })] };
    return { ...converted, node: { ...converted.node, broker: result.node.id } };
  }
}

/**
 * The broker node of `type` that an earlier conversion has added beside `broker`, or the identifier of one to add: another
 * where the earlier one has been converted back.
 */
function besideOf(flow: readonly FlowNode[], broker: FlowNode, type: string): { id: string; there?: FlowNode } {
  for (let number = 1; ; number++) {
    const id = derivedId(broker.id, number === 1 ? 'broker' : `broker ${number}`);
    const there = flow.find((node) => node.id === id);
    if (!there) return { id };
    if (there.type === type) return { id, there };
  }
}

function besides(id: string, whole: Converted, direction: Direction, staying: number): NodeConversion {
  const { node, notes } = direction.apart(whole.node);
  const shared = note('brokerShared', { count: staying });
  const twice = announces(node) ? [note('presenceTwice')] : [];
  const again = note('credentialsAgain');
  return {
    ok: true,
    node: { ...node, id },
    added: whole.added,
    notes: [...whole.notes.filter(({ key }) => key !== again.key), shared, ...twice, ...notes, again],
  };
}

/** What is said of a broker node that is converted in its place, with `there` beside it. */
function bothStay(broker: FlowNode, there: FlowNode): ConversionNote[] {
  const twice = announces(broker) && announces(there) ? [note('presenceTwice')] : [];
  return [note('brokerBeside', { broker: labelOf(there) }), ...twice];
}

/** Whether a broker node, of the core or ours, has a birth, close or will message. */
function announces(broker: FlowNode): boolean {
  return ['birth', 'close', 'will'].some((name) => {
    const message = broker[name];
    return textOf(broker[`${name}Topic`]) !== '' || (isRecord(message) && textOf(message.topic) !== '');
  });
}

/** Whether a subflow, an instance of one, a group or a flow hands this broker node on in a variable. */
function carries({ env }: FlowNode, broker: string): boolean {
  return Array.isArray(env) && env.some((entry: unknown) => isRecord(entry) && entry.value === broker);
}
