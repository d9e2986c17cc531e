// The admin route by which the dialog shows what a publish or request node would send for the last message that it got.

import type { NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { type MqttFlowsError, reportOf } from '../../core/errors/mqtt-flows-error';
import { detailOf } from '../../core/errors/thrown-value';
import { payloadFor } from '../../core/publications/payload-source';
import type { PayloadTrial } from '../../core/reports/payload-trial';
import { isRecord } from '../../core/values/plain-value';
import { typeOfValue, valueText } from '../../core/values/value-text';
import { parsePublishConfig, publishDefaults } from '../../settings/publish.config';
import { readSettings } from '../node/read-settings';
import { lastInputs } from '../publish/last-inputs';
import { outsideFinder } from '../publish/outside-values';
import { jsonOnly } from './json-only';

/** Adds the route `mqtt-flows/payload-trial`. */
export function servePayloadTrial(RED: NodeAPI): void {
  RED.httpAdmin.post(
    '/mqtt-flows/payload-trial',
    RED.auth.needsPermission('mqtt-flows.read'),
    // It reads variables and contexts and evaluates an expression, as a deploy does.
    RED.auth.needsPermission('flows.write'),
    jsonOnly,
    (request, response) => {
      const body: unknown = request.body;
      const fits = isRecord(body) && typeof body.node === 'string' && isRecord(body.settings);
      if (!fits) return void response.sendStatus(400);
      // Both were checked.
      const { node, settings } = body as { node: string; settings: Record<string, unknown> };
      tryPayload(RED, node, settings).then(
        (trial) => response.json(trial),
        (error: unknown) => response.status(500).json({ detail: detailOf(error) }),
      );
    },
  );
}

async function tryPayload(RED: NodeAPI, id: string, entered: Record<string, unknown>): Promise<PayloadTrial> {
  // The type does not say that there may be none.
  const node = RED.nodes.getNode(id) as ReturnType<NodeAPI['nodes']['getNode']> | null;
  if (!node) return { kind: 'absent' };
  const { payload, payloadType } = entered;
  const definition = { ...publishDefaults, payload, payloadType } as unknown as NodeDef;
  const read = readSettings(RED, node, definition, publishDefaults, parsePublishConfig);
  if (!read.ok) return failedBy(read.error);
  const finder = outsideFinder(RED, node, read.config.outside);
  if (!finder.ok) return failedBy(finder.error);
  const message = lastInputs.of(id);
  if (!message) return { kind: 'waiting' };
  const source = read.config.payload;
  return new Promise((resolve, reject) => {
    finder.config(
      message,
      (outside) => {
        if (!outside.ok) return resolve(failedBy(outside.error));
        const made = source
          ? payloadFor(source, message, outside.config)
          : ({ ok: true, value: message.payload } as const);
        resolve(made.ok ? madeOf(made.value) : failedBy(made.error));
      },
      reject,
    );
  });
}

function madeOf(value: NodeMessage['payload']): PayloadTrial {
  return { kind: 'made', payload: valueText(value), type: typeOfValue(value) };
}

function failedBy(error: MqttFlowsError): PayloadTrial {
  return { kind: 'failed', error: reportOf(error) };
}
