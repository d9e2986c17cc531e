// The track of one message in the flows: the nodes that still handle it, or messages made from it.

import type { Node } from 'node-red';

export type FinishedOutcome =
  | { readonly kind: 'completed' }
  /** A node has reported an error that no Catch node took. */
  | { readonly kind: 'failed' }
  /** A deploy has stopped a node that was handling it. */
  | { readonly kind: 'interrupted' };

/** `forgotten`: nobody waits for the message any more. */
type FlowOutcome = FinishedOutcome | { readonly kind: 'forgotten' };

interface Work {
  /** The number of messages that were sent to the node and have not arrived. */
  coming: number;
  /** The number of messages that the node has received and not finished. */
  here: number;
}

export class FlowTrack {
  /** The ids of all messages of this track. */
  readonly ids = new Set<string>();
  readonly #work = new Map<Node, Work>();
  #finished: (outcome: FlowOutcome) => void;
  #over = false;
  /** Whether the sender is still sending, which counts as handling. */
  #sending = true;

  constructor(finished: (outcome: FlowOutcome) => void) {
    this.#finished = finished;
  }

  get over(): boolean {
    return this.#over;
  }

  /** The nodes that handle it. */
  get nodes(): Iterable<Node> {
    return this.#work.keys();
  }

  /** Whether `node` has the message, or something made from it, and is not done with it. */
  isAt(node: Node): boolean {
    return (this.#work.get(node)?.here ?? 0) > 0;
  }

  coming(node: Node): void {
    this.#at(node).coming++;
  }

  arrived(node: Node): void {
    const work = this.#at(node);
    // Link, Catch, Complete and Status nodes get messages without `preDeliver`.
    if (work.coming > 0) work.coming--;
    work.here++;
  }

  /** A node is done with one message. Surplus calls are ignored. */
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

  /** Nobody waits for the end of the track any more. */
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
    // Asynchronous work of a node may keep this object for ever. It must not keep the message as well.
    this.#finished = () => {};
    finished(outcome);
  }
}
