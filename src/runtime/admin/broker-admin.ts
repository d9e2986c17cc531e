// The admin routes of the dialogs: the state of the deployed broker node, tests of its settings, and of a .proto text.

import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { isRecord } from '../../core/values/plain-value';
import { findBroker } from '../broker/broker-node';
import { sharedText } from '../node/localize';
import { asyncRoute } from './async-route';
import { serveClients } from './broker-clients';
import { brokerHealth } from './broker-health';
import { serveConnectNow } from './connect-now';
import { type EnteredBroker, testConnection } from './connection-test';
import { serveFormatSchemas } from './format-schemas';
import { jsonOnly } from './json-only';
import { servePayloadTrial } from './payload-trial';
import { RequestLimit } from './request-limit';
import { serveSchemaCheck } from './schema-check';
import { serveUserPasswords } from './user-passwords';

const LONGEST_TEXT = 65_535;
const MOST_SERVERS = 20;

/** Adds the routes below `mqtt-flows/`. */
export function serveBrokerDialog(RED: NodeAPI): void {
  serveOutbox(RED);
  serveConnectNow(RED);
  serveUserPasswords(RED);
  serveClients(RED);
  serveSchemaCheck(RED);
  servePayloadTrial(RED);
  serveFormatSchemas(RED);
  const { httpAdmin, auth } = RED;
  httpAdmin.get('/mqtt-flows/brokers/:id', auth.needsPermission('mqtt-flows.read'), (request, response) => {
    response.json(brokerHealth(RED, String(request.params.id)));
  });
  const limit = new RequestLimit(4, 60, 60_000);
  httpAdmin.post(
    '/mqtt-flows/connection-test',
    auth.needsPermission('mqtt-flows.write'),
    // A test sends secrets and variables to an address that the user chooses, as a deploy does.
    auth.needsPermission('flows.write'),
    jsonOnly,
    asyncRoute((request, response) => answerTest(RED, limit, request, response)),
  );
}

async function answerTest(RED: NodeAPI, limit: RequestLimit, request: Request, response: Response): Promise<void> {
  const entered = enteredBroker(request.body);
  if (!entered) return void response.sendStatus(400);
  const giveBack = limit.take();
  if (!giveBack) return void response.sendStatus(429);
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  response.type('application/x-ndjson').set('Cache-Control', 'no-store');
  try {
    await testConnection(RED, entered, (event) => response.write(`${JSON.stringify(event)}\n`), gone.signal);
  } finally {
    giveBack();
    response.end();
  }
}

/** Reads the body of a request, which may be anything; undefined when it is not what the dialog sends. */
function enteredBroker(body: unknown): EnteredBroker | undefined {
  if (!isRecord(body)) return undefined;
  const { id, z = '', settings, credentials } = body;
  if (typeof id !== 'string' || typeof z !== 'string' || !isRecord(settings) || !isRecord(credentials))
    return undefined;
  if (Array.isArray(settings.servers) && settings.servers.length > MOST_SERVERS) return undefined;
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(credentials)) {
    if (typeof value !== 'string' || value.length > LONGEST_TEXT) return undefined;
    texts[name] = value;
  }
  return { id, z, settings, credentials: texts };
}

/** Adds the route below `mqtt-flows/brokers/:id/outbox`. */
function serveOutbox(RED: NodeAPI): void {
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
