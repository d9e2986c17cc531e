// The admin route that empties the outbox of a broker node. What waits in it, GET brokers/:id tells.

import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { findBroker } from '../broker/broker-node';
import { sharedText } from '../node/localize';
import { jsonOnly } from './json-only';

/** Adds the route below `mqtt-flows/brokers/:id/outbox`. */
export function serveOutbox(RED: NodeAPI): void {
  const { httpAdmin, auth } = RED;
  httpAdmin.post(
    '/mqtt-flows/brokers/:id/outbox/clear',
    auth.needsPermission('mqtt-flows.write'),
    jsonOnly,
    (request, response) => clear(RED, request, response),
  );
}

function clear(RED: NodeAPI, request: Request, response: Response): void {
  const broker = findBroker(RED, String(request.params.id));
  if (!broker?.link.ok) return void response.sendStatus(404);
  const { depth, inFlight } = broker.link.connection.outboxFigures;
  broker.link.connection.clearOutbox();
  broker.warn(sharedText(RED, 'log.cleared', { count: depth - inFlight }));
  response.json(broker.link.connection.outboxFigures);
}
