// Publishes for the sidebar through the connection of the flows, and answers when the server has acknowledged.

import type { Response } from 'express';
import type { NodeAPI } from 'node-red';
import type { Connection } from '../../connection/connection';
import { reportOf } from '../../core/errors/mqtt-flows-error';
import type { OutgoingPublication } from '../../core/publications/publication';
import type { ClearRequest, PublishRequest } from '../../core/sidebar/sidebar-protocol';
import { findBroker } from '../broker/broker-node';
import { encodedPayload } from './encoded-payload';
import { refuse } from './refusal';

/** ms until a browser is told that the server has not acknowledged yet */
const PUBLISH_TIMEOUT = 10_000;

export function publishRequest(RED: NodeAPI, request: PublishRequest, response: Response): void {
  const connection = connectedTo(RED, request.broker, response);
  if (!connection) return;
  const encoded = encodedPayload(RED, connection, request);
  if (!encoded.ok) return void response.status(422).json({ error: reportOf(encoded.error) });
  const { payload, contentType } = encoded.value;
  const described = request.describe === true && contentType !== undefined ? { properties: { contentType } } : {};
  const { topic, qos, retain } = request;
  publishAll(connection, [{ topic, payload, qos, retain, ...described }], response);
}

/** Deletes retained messages by empty ones (MQTT 5, section 3.3.1.3). */
export function clearRequest(RED: NodeAPI, { broker, topics }: ClearRequest, response: Response): void {
  const connection = connectedTo(RED, broker, response);
  if (!connection) return;
  const deleting = topics.map((topic): OutgoingPublication => ({ topic, payload: '', qos: 1, retain: true }));
  publishAll(connection, deleting, response);
}

/** Undefined when the request was refused. */
function connectedTo(RED: NodeAPI, broker: string, response: Response): Connection | undefined {
  const link = findBroker(RED, broker)?.link;
  if (!link) return void refuse(response, 404, 'broker-gone');
  // A publication that waits for a connection could be sent long after the user has forgotten it.
  if (link.ok && link.connection.state.kind === 'connected') return link.connection;
  return void refuse(response, 409, 'not-connected');
}

/** Answers once the server has all of them, or with the first failure. */
function publishAll(connection: Connection, publications: readonly OutgoingPublication[], response: Response): void {
  let open = publications.length;
  if (open === 0) return void response.json({});
  const timer = setTimeout(() => refuse(response, 504, 'not-acknowledged'), PUBLISH_TIMEOUT);
  for (const publication of publications) {
    connection.publish(publication, (settlement) => {
      open--;
      if (settlement.ok && open > 0) return;
      clearTimeout(timer);
      if (response.headersSent) return;
      if (settlement.ok) response.json({});
      else response.status(502).json({ error: reportOf(settlement.error) });
    });
  }
}
