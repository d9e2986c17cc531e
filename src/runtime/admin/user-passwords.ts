// The admin route by which the broker dialog hands over the password of a user. Only its salted hash is kept, among the
// credentials of the broker node, and it never goes back.

import type { Request, Response } from 'express';
import type { NodeAPI, NodeDef } from 'node-red';
import { isRecord } from '../../core/values/plain-value';
import { hashPassword } from '../../transport/embedded/password-hash';
import { readHashes } from '../broker/device-users';
import { asyncRoute } from './async-route';
import { jsonOnly } from './json-only';
import { RequestLimit } from './request-limit';

/** bytes; MQTT 5, section 3.1.3.6 */
const LONGEST_PASSWORD = 65_535;
/** Hashes that no deployed user has: of dialogs that are open, or were cancelled. */
const UNUSED = 100;
const NODE_ID = /^[0-9A-Za-z][\w.-]{0,99}$/;
/** The dialog makes a new key for each password, so that a cancelled dialog has changed nothing. */
const KEY = /^[0-9a-z]{16,64}$/;

/** Adds the route below `mqtt-flows/brokers/:id`. */
export function serveUserPasswords(RED: NodeAPI): void {
  const { httpAdmin, auth } = RED;
  const limit = new RequestLimit(4, 600, 60_000);
  httpAdmin.post(
    '/mqtt-flows/brokers/:id/passwords',
    auth.needsPermission('mqtt-flows.write'),
    // What it keeps becomes part of the flows by a deploy.
    auth.needsPermission('flows.write'),
    jsonOnly,
    asyncRoute((request, response) => keep(RED, limit, request, response)),
  );
}

async function keep(RED: NodeAPI, limit: RequestLimit, request: Request, response: Response): Promise<void> {
  const id = String(request.params.id);
  const body: unknown = request.body;
  if (!isRecord(body) || typeof body.key !== 'string' || typeof body.password !== 'string') {
    return void response.sendStatus(400);
  }
  const { key } = body;
  const password = Buffer.from(body.password);
  const fits = NODE_ID.test(id) && KEY.test(key) && password.length > 0 && password.length <= LONGEST_PASSWORD;
  if (!fits || !isBrokerOrNew(RED, id)) return void response.sendStatus(400);
  const giveBack = limit.take();
  if (!giveBack) return void response.sendStatus(429);
  try {
    addHash(RED, id, key, await hashPassword(password));
    response.sendStatus(204);
  } finally {
    giveBack();
  }
}

/** A broker node that has not been deployed yet is unknown. */
function isBrokerOrNew(RED: NodeAPI, id: string): boolean {
  const definition = definitionOf(RED, id);
  return definition === undefined || definition.type === 'mqtt-flows-broker';
}

function definitionOf(RED: NodeAPI, id: string): NodeDef | undefined {
  let found: NodeDef | undefined;
  RED.nodes.eachNode((definition) => {
    if (definition.id === id) found = definition;
  });
  return found;
}

function addHash(RED: NodeAPI, id: string, key: string, hash: string): void {
  // The type says object, but it is undefined for a node without credentials.
  const credentials: Readonly<Record<string, unknown>> = { ...RED.nodes.getCredentials(id) };
  const { embeddedPasswords } = credentials;
  const before = readHashes(typeof embeddedPasswords === 'string' ? embeddedPasswords : '');
  const hashes = new Map([...before, [key, hash]]);
  const used = usedKeys(definitionOf(RED, id));
  const unused = [...hashes.keys()].filter((each) => !used.has(each));
  for (const old of unused.slice(0, Math.max(0, unused.length - UNUSED))) hashes.delete(old);
  // In memory until the deploy, which saves all credentials of the flows.
  RED.nodes.addCredentials(id, { ...credentials, embeddedPasswords: JSON.stringify(Object.fromEntries(hashes)) });
}

/** The keys that the deployed node uses. It may be anything that was imported. */
function usedKeys(definition: (NodeDef & { embedded?: unknown }) | undefined): ReadonlySet<unknown> {
  const embedded = definition?.embedded;
  const users = isRecord(embedded) && Array.isArray(embedded.users) ? embedded.users : [];
  return new Set(users.map((user: unknown) => (isRecord(user) ? user.passwordKey : undefined)));
}
