// The input of a router node: actions are answered, all other messages are routed, in order.

import type { Node, NodeAPI, NodeMessage, NodeMessageInFlow } from 'node-red';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { asError } from '../../core/errors/thrown-value';
import { InOrder } from '../../core/queues/in-order';
import type { RoutedMessage, Routing, TopicRouter } from '../../core/routes/topic-router';
import { flowsStarted } from '../deploy/deploy-events';
import { endedInTime } from '../deploy/node-closing';
import { localizedError } from '../node/localize';
import { reportError } from '../node/node-problem';
import type { ActionResult, RouteControl } from './route-actions';
import type { RouteCounter } from './route-counts';
import type { RouteStatus } from './route-status';

interface RouterParts {
  readonly router: Pick<TopicRouter, 'route'>;
  readonly control: RouteControl | undefined;
  readonly counter: RouteCounter;
  readonly status: RouteStatus | undefined;
  /** The output of replies, counted from 0. */
  readonly replies: number;
}

type Outputs = (NodeMessage | NodeMessage[] | null)[];
type Send = (outputs: Outputs) => void;
type Done = (error?: Error) => void;

/** Messages that wait for a slow context store must not fill the memory: those above this number are errors. */
const MOST_WAITING = 10_000;

/** Makes `node` route its messages, once the kept routes have been restored. */
export function routedInput(RED: NodeAPI, node: Node, parts: RouterParts): void {
  const { router, control, status } = parts;
  const order = new InOrder(MOST_WAITING);
  const outputs: Outputs = [];
  // The store may answer later than that, and sooner.
  const started = flowsStarted(RED, node);
  if (control)
    order.run(
      () => loaded(RED, node, control, status, started),
      (error) => node.error(error),
    );
  node.on('input', (message: NodeMessageInFlow, send: Send, done: Done) => {
    const taken = order.run(
      () => {
        const settle = (result: Routing | ActionResult): void =>
          settled(RED, parts, result, sendAll(outputs, send), done);
        const result = control?.answer(message) ?? router.route(message);
        if (result instanceof Promise) return result.then(settle);
        settle(result);
        return undefined;
      },
      // Such as a message with a property that cannot be changed.
      (error) => done(asError(error)),
    );
    if (!taken) done(localizedError(RED, tooManyWaiting()));
  });
  node.on('close', (close: () => void) => {
    void endedInTime(order.idle()).then(() => {
      control?.close();
      close();
    });
  });
}

function tooManyWaiting(): MqttFlowsError {
  return new MqttFlowsError('router-overloaded', { stage: 'route', params: { maximum: MOST_WAITING } });
}

/** Sends the result of a message, and calls `done`. */
function settled(
  RED: NodeAPI,
  { counter, replies }: RouterParts,
  result: Routing | ActionResult,
  send: (sent: readonly RoutedMessage[]) => void,
  done: Done,
): void {
  if (!result.ok) return done(localizedError(RED, result.error));
  if ('sent' in result) {
    counter.count(result.taken);
    send(result.sent);
  } else if (result.reply) {
    send([{ output: replies, message: result.reply }]);
  }
  done();
}

/**
 * Sends messages by `outputs`, which is empty before and after. A router may have a thousand outputs, and a new list
 * for each message would cost more than everything else. Node-RED has read the list when send() returns.
 */
function sendAll(outputs: Outputs, send: Send): (sent: readonly RoutedMessage[]) => void {
  return (sent) => {
    if (sent.length === 0) return;
    for (const { output, message } of sent) put(outputs, output, message);
    try {
      send(outputs);
    } finally {
      for (const { output } of sent) outputs[output] = null;
    }
  };
}

function put(outputs: Outputs, output: number, message: NodeMessage): void {
  while (outputs.length <= output) outputs.push(null);
  const there = outputs[output];
  if (!there) outputs[output] = message;
  else if (Array.isArray(there)) there.push(message);
  else outputs[output] = [there, message];
}

async function loaded(
  RED: NodeAPI,
  node: Node,
  control: RouteControl,
  status: RouteStatus | undefined,
  started: Promise<void>,
): Promise<void> {
  const loading = await control.load();
  if (loading.ok) return status?.changed();
  status?.problem(loading.error);
  void started.then(() => reportError(RED, node, loading.error));
}
