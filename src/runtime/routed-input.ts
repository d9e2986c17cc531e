// The input of a router node: messages that ask for something are answered, all others go their ways, all in order.

import type { Node, NodeAPI, NodeMessage, NodeMessageInFlow } from 'node-red';
import type { InOrder } from '../core/in-order';
import type { RoutedOutputs, Routing, TopicRouter } from '../core/topic-router';
import { flowsStarted } from './deploys';
import { localizedError, sharedKey } from './localize';
import { reportError } from './node-problem';
import type { ActionResult, RouteControl } from './route-control';
import type { RouteCounter } from './route-counts';

export interface RouterParts {
  readonly router: TopicRouter;
  readonly control: RouteControl | undefined;
  readonly counter: RouteCounter;
  readonly order: InOrder;
  /** The output of replies; counts from 0. */
  readonly replies: number;
}

type Send = (outputs: (NodeMessage | NodeMessage[] | null)[]) => void;
type Done = (error?: Error) => void;

/** Lets `node` route its messages, after the routes that have been kept are there. */
export function routedInput(RED: NodeAPI, node: Node, parts: RouterParts): void {
  const { order, router, control } = parts;
  if (control) order.run(() => loaded(RED, node, control));
  node.on('input', (message: NodeMessageInFlow, send: Send, done: Done) => {
    order.run(() => {
      const settle = (result: Routing | ActionResult): void => settled(RED, parts, result, send, done);
      const result = control?.answer(message) ?? router.route(message);
      if (!(result instanceof Promise)) return void settle(result);
      return result.then(settle).catch((error: Error) => done(error));
    });
  });
  node.on('close', (close: () => void) => void order.idle().then(close));
}

/** What comes of a message, told to the flow. */
function settled(
  RED: NodeAPI,
  { counter, replies }: RouterParts,
  result: Routing | ActionResult,
  send: Send,
  done: Done,
): void {
  if (!result.ok) return done(localizedError(RED, result.error));
  if ('outputs' in result) {
    counter.count(result.taken);
    if (result.outputs.length > 0) send(result.outputs);
  } else if (result.reply) {
    const outputs: RoutedOutputs = [];
    outputs[replies] = result.reply;
    send(outputs);
  }
  done();
}

async function loaded(RED: NodeAPI, node: Node, control: RouteControl): Promise<void> {
  const error = await control.load();
  if (!error) return;
  node.status({ fill: 'red', shape: 'ring', text: sharedKey('status.routes-unreadable') });
  void flowsStarted(RED, node).then(() => reportError(RED, node, error));
}
