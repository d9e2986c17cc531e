// The admin routes about the clients of the embedded broker: who they are, and an end to a connection or a session.

import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { listClients, MOST_CLIENTS } from '../../core/sidebar/client-list';
import { isRecord } from '../../core/values/plain-value';
import type { EmbeddedBroker } from '../../transport/embedded/embedded-broker';
import { findBroker } from '../broker/broker-node';
import { asyncRoute } from './async-route';
import { jsonOnly } from './json-only';

/** Of a text to search for; identifiers may be longer, and nobody types those. */
const LONGEST_SEARCH = 500;

type End = (broker: EmbeddedBroker, clientId: string) => Promise<boolean>;

/** Adds the routes below `mqtt-flows/brokers/:id/clients`. */
export function serveClients(RED: NodeAPI): void {
  const { httpAdmin, auth } = RED;
  const path = '/mqtt-flows/brokers/:id/clients';
  httpAdmin.get(
    path,
    auth.needsPermission('mqtt-flows.read'),
    asyncRoute((request, response) => answerList(RED, request, response)),
  );
  const ends: Readonly<Record<string, End>> = {
    disconnect: (broker, clientId) => broker.disconnect(clientId),
    forget: (broker, clientId) => broker.forget(clientId),
  };
  for (const [name, end] of Object.entries(ends)) {
    httpAdmin.post(
      `${path}/${name}`,
      auth.needsPermission('mqtt-flows.write'),
      jsonOnly,
      asyncRoute((request, response) => answerEnd(RED, end, request, response)),
    );
  }
}

async function answerList(RED: NodeAPI, request: Request, response: Response): Promise<void> {
  const broker = findBroker(RED, String(request.params.id))?.embedded;
  if (!broker) return void response.sendStatus(404);
  const { text = '', count = '0' } = request.query;
  const most = Number(count);
  if (typeof text !== 'string' || text.length > LONGEST_SEARCH || !(most >= 0 && most <= MOST_CLIENTS)) {
    return void response.sendStatus(400);
  }
  response.set('Cache-Control', 'no-store').json(listClients(await broker.clients(), text, most));
}

async function answerEnd(RED: NodeAPI, end: End, request: Request, response: Response): Promise<void> {
  const broker = findBroker(RED, String(request.params.id))?.embedded;
  const body: unknown = request.body;
  if (!broker) return void response.sendStatus(404);
  if (!isRecord(body) || typeof body.clientId !== 'string') return void response.sendStatus(400);
  const { clientId } = body;
  const client = (await broker.clients()).find((each) => each.clientId === clientId);
  // Those of this Node-RED belong to its nodes, which would connect again.
  if (!client || client.local) return void response.sendStatus(404);
  await end(broker, clientId);
  response.json({});
}
