// The admin route by which a dialog looks at a .proto text while it is typed: where it is wrong, and what it describes.

import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { refuseImport } from '../../core/payloads/formats/protobuf-format';
import { parseProtobufSchema } from '../../core/payloads/protobuf-schema';
import { isRecord } from '../../core/values/plain-value';
import type { SchemaAnswer } from '../../settings/schema-answer';
import { jsonOnly } from './json-only';

const LONGEST_TEXT = 512 * 1024;
const MOST_TYPES = 1000;

/** Adds the route `mqtt-flows/schema`. */
export function serveSchemaCheck({ httpAdmin, auth }: NodeAPI): void {
  httpAdmin.post('/mqtt-flows/schema', auth.needsPermission('mqtt-flows.read'), jsonOnly, answer);
}

function answer(request: Request, response: Response): void {
  const schema: unknown = isRecord(request.body) ? request.body.schema : undefined;
  if (typeof schema !== 'string' || schema.length > LONGEST_TEXT) return void response.sendStatus(400);
  response.json(checked(schema));
}

/** A text cannot import files, and files are not read for a request. */
function checked(schema: string): SchemaAnswer {
  const parsed = parseProtobufSchema(schema, refuseImport);
  if (parsed.ok) return { ok: true, messageTypes: parsed.schema.messageTypes.slice(0, MOST_TYPES) };
  const { detail, line } = parsed;
  return { ok: false, detail, ...(line !== undefined && { line }) };
}
