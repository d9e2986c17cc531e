// Records which node is handling which followed message, in the call itself and in the asynchronous work that it
// starts: timers, promises, network. Whatever the node sends there belongs to that message, even with another `_msgid`.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Node } from 'node-red';
import type { FlowTrack } from './flow-track';

/** One call of the input handler of a node. */
class HandlerCall {
  readonly node: Node;
  /** Undefined for a message that is not followed. */
  readonly track: FlowTrack | undefined;
  /** The surrounding call: link nodes and Catch nodes get messages within another call. */
  readonly outer: HandlerCall | undefined;
  /** Whether the handler is still running. */
  running = true;
  /** Whether the node has called `done` before the handler returned. */
  answered = false;
  /** Whether the handler has thrown. */
  thrown = false;

  constructor(node: Node, track: FlowTrack | undefined, outer: HandlerCall | undefined) {
    this.node = node;
    this.track = track;
    this.outer = outer;
  }
}

export class Handling {
  readonly #calls = new AsyncLocalStorage<HandlerCall | undefined>();

  /** The current call. */
  get current(): HandlerCall | undefined {
    const call = this.#calls.getStore();
    return call?.running ? call : undefined;
  }

  /** The current call, or the one that caused the current activity. */
  get latest(): HandlerCall | undefined {
    return this.#calls.getStore();
  }

  /** The track that `node` is handling, for a sent message that cannot be recognised by its id. */
  trackOf(node: Node): FlowTrack | undefined {
    const call = this.#calls.getStore();
    if (!call?.track || call.running) return call?.track;
    // Asynchronous work of a node, such as a connection, may go on for ever. It counts only while the node has the
    // message.
    return call.node === node && call.track.isAt(node) ? call.track : undefined;
  }

  /** `node` has called `done`. */
  answered(node: Node): void {
    const { current } = this;
    if (current?.node === node) current.answered = true;
  }

  /** Calls `send` as part of handling the message at `node`. */
  run(node: Node, track: FlowTrack, send: () => void): void {
    const call = new HandlerCall(node, track, undefined);
    this.#calls.run(call, send);
    call.running = false;
  }

  /** The handler of `node` is about to be called. */
  begin(node: Node, track: FlowTrack | undefined): void {
    const before = this.#calls.getStore();
    // Messages that are not followed are not recorded.
    if (!before && !track) return;
    const outer = before?.running ? before : undefined;
    this.#calls.enterWith(new HandlerCall(node, track, outer));
  }

  /** The handler of `node` has returned. True if it has thrown. */
  end(node: Node): boolean {
    const call = this.#calls.getStore();
    if (call?.node !== node || !call.running) return false;
    call.running = false;
    this.#calls.enterWith(call.outer);
    return call.thrown;
  }

  /** Until the next begin() or run(), promises cost nothing extra. */
  stop(): void {
    this.#calls.disable();
  }
}
