// Which node is at work on which followed message, in this call and in all that it leads to: timers, promises and answers
// of the network that the node waits for. What it sends then comes of that message, whatever its id.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Node } from 'node-red';
import type { FlowTrack } from './flow-track';

/** One call of the input handler of a node. */
class HandlerCall {
  readonly node: Node;
  /** Undefined for a message that is not followed. */
  readonly track: FlowTrack | undefined;
  /** The call that this one is in the middle of: link nodes and Catch nodes are handed messages so. */
  readonly outer: HandlerCall | undefined;
  /** The handler has not returned. */
  running = true;
  /** The node has called `done` before the handler has returned. */
  answered = false;
  /** The handler has ended by an exception. */
  thrown = false;

  constructor(node: Node, track: FlowTrack | undefined, outer: HandlerCall | undefined) {
    this.node = node;
    this.track = track;
    this.outer = outer;
  }
}

export class Handling {
  readonly #calls = new AsyncLocalStorage<HandlerCall | undefined>();

  /** The call that we are in the middle of. */
  get current(): HandlerCall | undefined {
    const call = this.#calls.getStore();
    return call?.running ? call : undefined;
  }

  /** The call that we are in, or that what happens now comes of. */
  get latest(): HandlerCall | undefined {
    return this.#calls.getStore();
  }

  /** The message that something sent by `node` now is made of, if it has no id that tells. */
  trackOf(node: Node): FlowTrack | undefined {
    const call = this.#calls.getStore();
    if (!call?.track || call.running) return call?.track;
    // What a node has begun may go on for ever, a connection for one: it counts as long as the node has the message.
    return call.node === node && call.track.isAt(node) ? call.track : undefined;
  }

  /** `node` has called `done`. */
  answered(node: Node): void {
    const { current } = this;
    if (current?.node === node) current.answered = true;
  }

  /** Calls `send`, which is part of what `node` makes of the message. */
  run(node: Node, track: FlowTrack, send: () => void): void {
    const call = new HandlerCall(node, track, undefined);
    this.#calls.run(call, send);
    call.running = false;
  }

  /** The handler of `node` is about to be called. */
  begin(node: Node, track: FlowTrack | undefined): void {
    const before = this.#calls.getStore();
    // Messages that nobody follows leave no trace.
    if (!before && !track) return;
    const outer = before?.running ? before : undefined;
    this.#calls.enterWith(new HandlerCall(node, track, outer));
  }

  /** The handler of `node` has returned; whether by an exception. */
  end(node: Node): boolean {
    const call = this.#calls.getStore();
    if (call?.node !== node || !call.running) return false;
    call.running = false;
    this.#calls.enterWith(call.outer);
    return call.thrown;
  }

  /** Until the next begin() or run(), promises cost nothing more again. */
  stop(): void {
    this.#calls.disable();
  }
}
