// The admin routes under the outbox of a broker node: what waits in it, and emptying it.

import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { type BrokerNode, findBroker } from './broker-node';
import { sharedText } from './localize';

/** Adds the routes below `mqtt-flows/brokers/:id/outbox`. */
export function serveOutbox(RED: NodeAPI): void {
  const { httpAdmin, auth } = RED;
  httpAdmin.get('/mqtt-flows/brokers/:id/outbox', auth.needsPermission('mqtt-flows.read'), (request, response) => {
    const broker = asked(RED, request);
    // A dialog of a node that is not deployed yet asks as well, and browsers write each 404 into their console.
    response.json(broker?.link.ok ? broker.link.connection.outboxFigures : null);
  });
  httpAdmin.post(
    '/mqtt-flows/brokers/:id/outbox/clear',
    auth.needsPermission('mqtt-flows.write'),
    (request, response) => clear(RED, request, response),
  );
}

function asked(RED: NodeAPI, request: Request): BrokerNode | undefined {
  return findBroker(RED, String(request.params.id));
}

function clear(RED: NodeAPI, request: Request, response: Response): void {
  // A form of another site cannot send this type.
  if (!request.is('application/json')) return void response.sendStatus(415);
  const broker = asked(RED, request);
  if (!broker?.link.ok) return void response.sendStatus(404);
  const { depth, inFlight } = broker.link.connection.outboxFigures;
  broker.link.connection.clearOutbox();
  broker.warn(sharedText(RED, 'log.cleared', { count: depth - inFlight }));
  response.json(broker.link.connection.outboxFigures);
}
