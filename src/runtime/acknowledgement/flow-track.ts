// One message on its way through the flows: the nodes that still work on it or on something made of it.

import type { Node } from 'node-red';

export type FinishedOutcome =
  | { readonly kind: 'completed' }
  /** A node has reported an error that no Catch node took. */
  | { readonly kind: 'failed' }
  /** A deploy has stopped a node that was at work. */
  | { readonly kind: 'interrupted' };

/** `forgotten`: nobody waits for the message any more. */
export type FlowOutcome = FinishedOutcome | { readonly kind: 'forgotten' };

interface Work {
  /** Messages that have been sent to the node and have not arrived. */
  coming: number;
  /** Messages that the node has and is not done with. */
  here: number;
}

export class FlowTrack {
  /** The ids of all messages that belong to it. */
  readonly ids = new Set<string>();
  readonly #work = new Map<Node, Work>();
  #finished: (outcome: FlowOutcome) => void;
  #over = false;
  /** Whoever has sent the message is at work as well. */
  #sending = true;

  constructor(finished: (outcome: FlowOutcome) => void) {
    this.#finished = finished;
  }

  get over(): boolean {
    return this.#over;
  }

  /** The nodes at work. */
  get nodes(): Iterable<Node> {
    return this.#work.keys();
  }

  /** Whether `node` has the message, or something made of it, and is not done with it. */
  isAt(node: Node): boolean {
    return (this.#work.get(node)?.here ?? 0) > 0;
  }

  coming(node: Node): void {
    this.#at(node).coming++;
  }

  arrived(node: Node): void {
    const work = this.#at(node);
    // Link, Catch, Complete and Status nodes are handed messages that were not on their way.
    if (work.coming > 0) work.coming--;
    work.here++;
  }

  /** A node is done with one message; a node that says so too often is not believed. */
  done(node: Node): void {
    const work = this.#work.get(node);
    if (!work || work.here === 0) return;
    work.here--;
    if (work.coming === 0 && work.here === 0) this.#work.delete(node);
    this.#check();
  }

  sent(): void {
    this.#sending = false;
    this.#check();
  }

  fail(): void {
    this.#end({ kind: 'failed' });
  }

  interrupt(): void {
    this.#end({ kind: 'interrupted' });
  }

  /** Nobody waits for it any more. */
  forget(): void {
    this.#end({ kind: 'forgotten' });
  }

  #at(node: Node): Work {
    let work = this.#work.get(node);
    if (!work) {
      work = { coming: 0, here: 0 };
      this.#work.set(node, work);
    }
    return work;
  }

  #check(): void {
    if (!this.#sending && this.#work.size === 0) this.#end({ kind: 'completed' });
  }

  #end(outcome: FlowOutcome): void {
    if (this.#over) return;
    this.#over = true;
    const finished = this.#finished;
    // What a node has begun may hold this for ever, and must not hold the message with it.
    this.#finished = () => {};
    finished(outcome);
  }
}
