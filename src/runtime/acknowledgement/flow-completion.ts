// Follows messages through the flows with Node-RED's messaging hooks, and reports when every branch is done with them.
// The hooks are installed only while messages are followed.

import { EventEmitter } from 'node:events';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { onDeploy } from '../deploy/deploy-events';
import { Handling } from './flow-handling';
import { type FinishedOutcome, FlowTrack } from './flow-track';
import { isLasting } from './lasting-nodes';
import { handlersOf, hasOneHandler, reportsWhatWasThrown } from './node-red-internals';
import { TrackNames } from './track-names';

const LABEL = 'mqtt-flows-completion';
/** Node-RED's log level of errors. */
const ERROR = 20;

/** A node, and the message that it was handling. */
interface AtWork {
  readonly node: Node;
  readonly track: FlowTrack;
}

/** A message at the input of a Catch node. */
interface CaughtMessage extends NodeMessage {
  readonly error?: { readonly source?: { readonly id?: unknown } };
}

const byHooks = new WeakMap<NodeAPI['hooks'], FlowCompletion>();

/** The instance for this Node-RED. */
export function flowCompletion(RED: NodeAPI): FlowCompletion {
  let completion = byHooks.get(RED.hooks);
  if (!completion) {
    completion = new FlowCompletion(RED);
    byHooks.set(RED.hooks, completion);
  }
  return completion;
}

export class FlowCompletion {
  readonly #RED: NodeAPI;
  readonly #names = new TrackNames();
  /** The tracks of messages by object, because a node may change or delete their `_msgid`. */
  readonly #byMessage = new WeakMap<object, FlowTrack>();
  readonly #handling = new Handling();
  /** Nodes that have called `done` in this turn of the event loop. */
  #doing: AtWork[] = [];
  /** A node that has just reported a failure. */
  #failing: AtWork | undefined;
  /** The id of a node that has just logged an error outside of a call. Its next `done` shows for which message. */
  #complaining: string | undefined;
  #deploying = false;
  #users = 0;
  #stop: () => void = () => {};

  constructor(RED: NodeAPI) {
    this.#RED = RED;
  }

  /** Makes follow() work until the returned function is called. */
  use(): () => void {
    if (this.#users++ === 0) this.#stop = this.#listen();
    let using = true;
    return () => {
      if (!using) return;
      using = false;
      if (--this.#users === 0) this.#stop();
    };
  }

  /**
   * Follows `message`. `send` must send it from `node`, or report an error with it. `finished` is called once, possibly
   * before this returns.
   */
  follow(
    node: Node,
    message: NodeMessage & { _msgid: string },
    send: () => void,
    finished: (outcome: FinishedOutcome) => void,
  ): FlowTrack {
    const track = new FlowTrack((outcome) => {
      this.#names.remove(track);
      if (outcome.kind !== 'forgotten') finished(outcome);
    });
    this.#name(message, track);
    this.#handling.run(node, track, send);
    track.sent();
    return track;
  }

  /**
   * `node` is done with `message` by an error that Node-RED does not hear of by `done`: a node that a deploy has replaced reports it by
   * its next instance. Call it before that.
   */
  failed(node: Node, message: NodeMessage, error: Error): void {
    this.#done(message, node, error);
  }

  #listen(): () => void {
    const { hooks, log } = this.#RED;
    hooks.add(`preDeliver.${LABEL}`, ({ msg, source, destination }) => {
      this.#sent(msg, source.node, destination.node);
    });
    hooks.add(`onReceive.${LABEL}`, ({ msg, destination: { node } }) => this.#received(msg, node));
    hooks.add(`postReceive.${LABEL}`, ({ msg, destination: { node } }) => this.#handled(msg, node));
    hooks.add(`onComplete.${LABEL}`, ({ msg, node: { node }, error }) => this.#done(msg, node, error));
    const logged = new EventEmitter();
    logged.on('log', ({ level, id }) => {
      if (level === ERROR && id !== undefined) this.#reported(id);
    });
    log.addHandler(logged);
    const cancelBegin = onDeploy(this.#RED, 'flows:stopping', () => {
      this.#deploying = true;
    });
    const cancelEnd = onDeploy(this.#RED, 'flows:started', () => this.#deployed());
    return () => {
      hooks.remove(`*.${LABEL}`);
      log.removeHandler(logged);
      cancelBegin();
      cancelEnd();
      this.#deploying = false;
      this.#handling.stop();
    };
  }

  #sent(message: NodeMessage, from: Node, to: Node): void {
    const track = this.#trackOf(message, from) ?? this.#handling.trackOf(from);
    if (!track || track.over) return;
    this.#name(message, track);
    track.coming(to);
  }

  #received(message: NodeMessage & CaughtMessage, node: Node): void {
    const track = this.#trackOf(message);
    this.#caught(message);
    if (!track || track.over) return this.#handling.begin(node, undefined);
    this.#name(message, track);
    track.arrived(node);
    this.#handling.begin(node, track);
  }

  /** A handler that throws does not call `done`. If no Catch node takes the error, its log entry ends the track. */
  #caught({ error }: CaughtMessage): void {
    const { current } = this.#handling;
    if (!current || current.answered || error?.source?.id !== current.node.id) return;
    current.thrown ||= reportsWhatWasThrown();
  }

  #handled(message: NodeMessage, node: Node): void {
    const thrown = this.#handling.end(node);
    const track = this.#byMessage.get(message);
    if (!track || track.over) return;
    const handlers = handlersOf(node);
    // A stopped node has no handler, and messages to it are lost.
    if (handlers === 'none' && !this.#runs(node)) track.interrupt();
    else if (handlers !== 'done' || (thrown && hasOneHandler(node))) this.#finish({ node, track });
  }

  #done(message: NodeMessage, node: Node, error: unknown): void {
    const track = this.#byMessage.get(message) ?? this.#trackOf(message);
    this.#handling.answered(node);
    if (!track || track.over) return;
    // Stopped nodes drop their messages and call `done` for them.
    if (this.#deploying && !this.#goesOn(node)) return track.interrupt();
    if (!error) return this.#complaining === node.id ? track.fail() : this.#finish({ node, track });
    // Node-RED looks for a Catch node after this, and writes to the log if there is none.
    const failing = { node, track };
    this.#failing = failing;
    queueMicrotask(() => {
      if (this.#failing === failing) this.#failing = undefined;
      this.#finish(failing);
    });
  }

  /** Delayed, since some nodes call `done` before they send, such as a function with `node.done(); return msg;`. */
  #finish(finished: AtWork): void {
    if (this.#doing.push(finished) > 1) return;
    setImmediate(() => {
      const doing = this.#doing;
      this.#doing = [];
      for (const { node, track } of doing) track.done(node);
    });
  }

  /** Node `id` has logged an error, so no Catch node has taken it. */
  #reported(id: string): void {
    const { node, track } = this.#failing ?? this.#handling.latest ?? {};
    if (node?.id === id) return track?.fail();
    this.#complaining = id;
    queueMicrotask(() => {
      if (this.#complaining === id) this.#complaining = undefined;
    });
  }

  #deployed(): void {
    this.#deploying = false;
    for (const track of this.#names.tracks) {
      for (const node of track.nodes) if (!this.#goesOn(node)) track.interrupt();
    }
  }

  /**
   * The track of `message`. Known by the object while its id belongs to that track, because other messages may have the
   * same id; otherwise by the id, for copies.
   */
  #trackOf(message: NodeMessage, from?: Node): FlowTrack | undefined {
    const { _msgid } = message;
    const own = this.#byMessage.get(message);
    if (_msgid === undefined || own?.ids.has(_msgid)) return own;
    const named = this.#names.of(_msgid);
    const [first] = named;
    if (!first || (named.length === 1 && (!own || own.over))) return first ?? own;
    // Several tracks have the id, or the flow has just set it. The message stems from what its sender is handling.
    const likely = from ? this.#handling.trackOf(from) : this.#handling.latest?.track;
    return likely && (likely === own || named.includes(likely)) ? likely : named.at(-1);
  }

  #name(message: NodeMessage, track: FlowTrack): void {
    this.#byMessage.set(message, track);
    const { _msgid } = message;
    if (_msgid !== undefined) this.#names.add(_msgid, track);
  }

  #goesOn(node: Node): boolean {
    return this.#runs(node) || isLasting(node);
  }

  #runs(node: Node): boolean {
    return this.#RED.nodes.getNode(node.id) === node;
  }
}
