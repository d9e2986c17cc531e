// A key in the context of a flow or of all flows, under which a node keeps something. Two nodes with one key would
// overwrite each other, so each key is that of one node.

import type { Node, NodeAPI } from 'node-red';
import { type Clock, systemClock } from '../../connection/clock';
import type { ContextStore } from '../../settings/context-store';
import { LateAnswers } from './late-answers';

const PARENT = '$parent.';

/** What a node has in a context. */
interface Taken {
  readonly store: string;
  /** The names of properties that lead there. */
  readonly path: readonly string[];
  readonly node: Node;
}

const takenIn = new WeakMap<object, Set<Taken>>();

export class ContextKey {
  /** As it is written in the settings, without the store. */
  readonly text: string;
  readonly #context;
  readonly #store: string | undefined;
  readonly #node: Node;
  /** The context that has it, which may be that of a flow around a subflow. */
  readonly #place: object;
  readonly #wanted: Taken;
  readonly #answers: LateAnswers;
  #isTaken = false;

  constructor(RED: NodeAPI, node: Node, { type, key: saved }: ContextStore, clock: Clock = systemClock) {
    const { key, store } = RED.util.parseContextStore(saved);
    this.text = key;
    this.#context = node.context()[type];
    this.#store = store;
    this.#node = node;
    const { context, key: inner } = inItsContext(this.#context, key);
    this.#place = context;
    this.#wanted = { store: storeName(RED, store), path: pathOf(RED, inner), node };
    this.#answers = new LateAnswers(clock);
  }

  /**
   * Takes the key, unless another node has it, or has a part of what is there; that node is returned then. The next
   * instance of a node takes the key of the one before.
   */
  take(): Node | undefined {
    const all = takenIn.get(this.#place) ?? new Set();
    takenIn.set(this.#place, all);
    for (const one of all) {
      if (one.node.id !== this.#node.id && overlap(one, this.#wanted)) return one.node;
    }
    // An instance before this one gives up what it had.
    for (const one of all) if (one.node.id === this.#node.id) all.delete(one);
    all.add(this.#wanted);
    this.#isTaken = true;
    return undefined;
  }

  /** Others may have the key. */
  leave(): void {
    if (this.#isTaken) takenIn.get(this.#place)?.delete(this.#wanted);
    this.#isTaken = false;
  }

  /** What the context has there. Rejects with the error of the store, or with `NoAnswer`. */
  read(): Promise<unknown> {
    return this.#answers.ask((answered) => this.#context.get(this.text, this.#store, answered));
  }

  /** Rejects with the error of the store. Takes as long as the store takes, which may be for ever. */
  write(value: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#context.set(this.text, value, this.#store, (error?: Error) => (error ? reject(error) : resolve()));
    });
  }
}

/** A key of a subflow may be in the context of the flow around it, which all of its instances share. */
function inItsContext(context: object, key: string): { readonly context: object; readonly key: string } {
  // Node-RED gives the context of a flow or subflow that of the one around it.
  const { $parent: around } = context as { readonly $parent?: object };
  if (!around || !key.startsWith(PARENT)) return { context, key };
  return inItsContext(around, key.slice(PARENT.length));
}

/** The store that Node-RED uses: one that is not named, or is not in its settings, is the default. */
function storeName(RED: NodeAPI, store: string | undefined): string {
  const stores: Readonly<Record<string, unknown>> = RED.settings.contextStorage ?? {};
  if (store !== undefined && typeof stores[store] === 'object') return store;
  if (typeof stores.default === 'string') return stores.default;
  return 'default' in stores ? 'default' : (Object.keys(stores)[0] ?? 'default');
}

/** `a.b` and `a["b"]` are the same. */
function pathOf(RED: NodeAPI, key: string): readonly string[] {
  try {
    return RED.util.normalisePropertyExpression(key).map(String);
  } catch {
    // The store will refuse it, too.
    return [key];
  }
}

/** Whether one is the other, or a part of it. */
function overlap(one: Taken, other: Taken): boolean {
  const { path } = other;
  return one.store === other.store && one.path.every((name, index) => index >= path.length || name === path[index]);
}
