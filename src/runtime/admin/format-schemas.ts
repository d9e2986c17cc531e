// The admin route by which a dialog learns what can be set for the formats of other packages.

import type { NodeAPI } from 'node-red';
import { usableOptions } from '../../core/values/options-schema';
import type { FormatsAnswer } from '../../settings/format-answer';
import { registeredFormats } from '../node/registered-formats';

/** Adds the route `mqtt-flows/formats`. */
export function serveFormatSchemas(RED: NodeAPI): void {
  RED.httpAdmin.get('/mqtt-flows/formats', RED.auth.needsPermission('mqtt-flows.read'), (_request, response) => {
    response.json(answer(RED));
  });
}

function answer(RED: NodeAPI): FormatsAnswer {
  const formats = registeredFormats(RED).map(({ format, options }) => ({ format, options: usableOptions(options) }));
  return { formats: formats.filter(({ options }) => Object.keys(options).length > 0) };
}
