// Answers a message once its publication is settled, which may be after a deploy has replaced its node.

import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { guarded } from '../../connection/report';
import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { PublishResult } from '../../core/publications/publish-options';
import { flowCompletion } from '../acknowledgement/flow-completion';
import { lasts, leadsOn } from '../acknowledgement/lasting-nodes';
import { outsideDeploys } from '../deploy/deploy-events';
import { onClose } from '../deploy/node-closing';
import { localizedError } from '../node/localize';

/** A message at the input of a node, with Node-RED's functions to answer it. */
export interface MessageInput {
  readonly message: NodeMessageInFlow;
  /** A list has the messages of the outputs. */
  readonly send: (message: NodeMessageInFlow | (NodeMessageInFlow | null)[]) => void;
  readonly done: (error?: Error) => void;
}

/**
 * `reasoned`: whether the result has a reason code of the server to pass on. `describe` makes the error for a Catch node; left
 * out: its sentence alone.
 */
export type Answer = (
  settlement: PublishResult,
  input: MessageInput,
  reasoned: boolean,
  describe?: (error: MqttFlowsError) => Error,
) => void;

/** The latest instance of each node, by id. Node-RED no longer knows a node that it is stopping. */
const latest = new Map<string, Node>();

/** Answers messages for a node and for its next instances. */
interface LastingAnswers {
  /** Sends `sent` on, and completes the message. */
  pass(input: MessageInput, sent: NodeMessageInFlow): void;
  fail(input: MessageInput, error: Error): void;
}

/**
 * Answers messages of `node`, possibly after it was closed. If a deploy has replaced it meanwhile, its next instance does so,
 * since the old wires and Catch nodes are gone. While the deploy is under way, the answers wait: Node-RED drops what is sent
 * before the nodes behind have started. With none behind it, a message is done at once.
 */
export function lastingAnswers(RED: NodeAPI, node: Node): LastingAnswers {
  let closed = false;
  let replaced = false;
  latest.set(node.id, node);
  lasts(node);
  const outsideDeploy = outsideDeploys(RED);
  onClose(RED, node, (removed, done) => {
    closed = true;
    replaced = !removed;
    if (removed) latest.delete(node.id);
    done();
  });
  const next = (): Node | undefined => (closed ? nextInstance(node) : undefined);
  const report = (error: Error): void => (next() ?? node).error(error);
  // What it throws must not keep the others from hearing of the deploy's end, such as a payload that Node-RED cannot copy.
  const inTime = (answer: () => void): void => (replaced ? outsideDeploy(() => guarded(report, answer)) : answer());
  return {
    pass({ send, done }, sent) {
      const isDoneLater = leadsOn(node);
      inTime(() => {
        const instance = next();
        if (instance) instance.send(sent);
        else send(sent);
        if (isDoneLater) done();
      });
      // Not later: a connection that the deploy ends can still acknowledge what the message came from.
      if (!isDoneLater) done();
    },
    fail: ({ message, done }, error) =>
      inTime(() => {
        const instance = next();
        if (!instance) return done(error);
        flowCompletion(RED).failed(node, message, error);
        instance.error(error, message);
      }),
  };
}

/** Passes messages of `node` on when their publications are acknowledged, and reports errors otherwise. */
export function messageAnswers(RED: NodeAPI, node: Node): Answer {
  const answers = lastingAnswers(RED, node);
  const sentenceOf = (error: MqttFlowsError): Error => localizedError(RED, error);
  return (settlement, input, reasoned, describe = sentenceOf) => {
    if (settlement.ok) {
      return answers.pass(input, publishedMessage(input.message, reasoned ? settlement.reasonCode : undefined));
    }
    // It is on disk, and is published when Node-RED runs again: whoever brought it need not bring it again.
    if (settlement.error.code === 'publication-kept' && !leadsOn(node)) return input.done();
    answers.fail(input, describe(settlement.error));
  };
}

/** The current or last publishing node with this id, if it has not been deleted. */
export function publishingNode(id: string): Node | undefined {
  return latest.get(id);
}

function nextInstance(node: Node): Node | undefined {
  const found = latest.get(node.id);
  return found === node ? undefined : found;
}

/**
 * A copy of `message` with the reason code of the acknowledgement. Without one, the message goes on without the reason
 * code of an earlier publication. The message itself is not changed.
 */
export function publishedMessage<M extends object>(message: M, reasonCode: number | undefined): M {
  if (reasonCode !== undefined) return { ...message, reasonCode };
  if (!('reasonCode' in message)) return message;
  const others = { ...message };
  delete others.reasonCode;
  return others;
}
