// The admin route by which the dialog shows what the setting *Value* of a filter makes of the last message seen.

import type { Request, Response } from 'express';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { MqttFlowsError, reportOf } from '../../core/errors/mqtt-flows-error';
import { failed, found, type Result } from '../../core/errors/result';
import { payloadError } from '../../core/payloads/payload-error';
import { SparkplugBirths } from '../../core/payloads/sparkplug-births';
import type { IncomingPublication } from '../../core/publications/publication';
import type { TrialResult, ValueTrial } from '../../core/reports/value-trial';
import { parseTopicFilter } from '../../core/topics/topic-filter';
import { isRecord } from '../../core/values/plain-value';
import type { ValueRule } from '../../core/values/value-rule';
import { typeOfValue, valueText } from '../../core/values/value-text';
import { parseSubscribeConfig, subscribeDefaults } from '../../settings/subscribe.config';
import { asyncRoute } from '../admin/async-route';
import { jsonOnly } from '../admin/json-only';
import { findBroker } from '../broker/broker-node';
import { NodeCodecs } from '../node/node-codecs';
import { readSettings } from '../node/read-settings';
import { MessageSamples } from './message-samples';
import type { NodeSubscription } from './node-subscriptions';
import { decodedMessage } from './received-message';
import { rowFilters } from './row-filters';
import { rowValue, rowValueOf, valueMissing } from './row-value';

/** What the dialog sends. */
interface Asked {
  readonly broker: string;
  /** The id of the subscribe node, which need not be deployed. */
  readonly node: string;
  /** Its settings, with the one row in question. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Adds the route `mqtt-flows/value-trial`. */
export function serveValueTrial(RED: NodeAPI): void {
  const samples = new MessageSamples(RED);
  RED.httpAdmin.post(
    '/mqtt-flows/value-trial',
    RED.auth.needsPermission('mqtt-flows.read'),
    // It reads files and variables and evaluates an expression, as a deploy does.
    RED.auth.needsPermission('flows.write'),
    jsonOnly,
    asyncRoute((request, response) => answer(RED, samples, request, response)),
  );
}

async function answer(RED: NodeAPI, samples: MessageSamples, request: Request, response: Response): Promise<void> {
  const asked = readAsked(request.body);
  if (!asked) return void response.sendStatus(400);
  const trial = await tryValue(RED, samples, asked);
  if (trial) response.json(trial);
  else response.sendStatus(429);
}

function readAsked(body: unknown): Asked | undefined {
  if (!isRecord(body)) return undefined;
  const { broker, node, settings } = body;
  const fits = typeof broker === 'string' && typeof node === 'string' && isRecord(settings);
  return fits ? { broker, node, settings } : undefined;
}

async function tryValue(RED: NodeAPI, samples: MessageSamples, asked: Asked): Promise<ValueTrial | undefined> {
  const scope: Node | null = RED.nodes.getNode(asked.node) ?? findBroker(RED, asked.broker) ?? null;
  if (!scope) return { kind: 'waiting', state: { kind: 'absent' } };
  const prepared = await prepareRow(RED, scope, asked.settings);
  if (!prepared.ok) return { kind: 'invalid', error: reportOf(prepared.error) };
  const row = prepared.value;
  const sample = samples.latest(asked.broker, row.options.filter);
  if (!sample) return undefined;
  const { publication, state, at } = sample;
  if (!publication) return { kind: 'waiting', state };
  return { kind: 'tried', topic: publication.topic.slice(0, 300), at, result: await resultOf(RED, row, publication) };
}

/** The one row of the settings, prepared as the node does it. */
async function prepareRow(RED: NodeAPI, node: Node, settings: Asked['settings']): Promise<Result<NodeSubscription>> {
  const definition = { ...subscribeDefaults, ...settings } as unknown as NodeDef;
  const read = readSettings(RED, node, definition, subscribeDefaults, parseSubscribeConfig, ['schema']);
  if (!read.ok) return read;
  // Births that the flows have seen must not change by what is tried here.
  const codecs = new NodeCodecs(RED, read.config, read.config.largeIntegers, new SparkplugBirths());
  const codec = codecs.find(read.config.format);
  if (!codec.ok) return codec;
  const values = (rule: ValueRule | undefined): ReturnType<typeof rowValue> => rowValue(RED, node, rule);
  const parts = { RED, node, codec: codec.value, codecs, values };
  const rows = rowFilters(parts, read.config.subscriptions.slice(0, 1));
  if (!rows.ok) return rows;
  const [error] = rows.value.dependent ? await rows.value.find() : [];
  if (error) return failed(error);
  const row = rows.value.byRow[0];
  return row ? found(unshared(row)) : failed(new MqttFlowsError('config-invalid', { stage: 'config' }));
}

/** A shared subscription would take messages away from the others of its group. */
function unshared(row: NodeSubscription): NodeSubscription {
  const { filter } = row.options;
  if (filter.shareGroup === undefined) return row;
  const own = parseTopicFilter(filter.text.split('/').slice(2).join('/'));
  return own.ok ? { ...row, options: { ...row.options, filter: own.filter } } : row;
}

async function resultOf(RED: NodeAPI, row: NodeSubscription, publication: IncomingPublication): Promise<TrialResult> {
  const delivery = { publication, filter: row.options.filter, qos: publication.qos };
  const { message, decoded } = decodedMessage(RED, delivery, row, row.codec);
  const payload = valueText(message.payload);
  if (!decoded.ok) {
    const error = reportOf(payloadError('payload-undecodable', decoded, publication.topic));
    return { kind: 'failed', error, outcome: 'error', payload };
  }
  if (!row.value) return { kind: 'value', value: payload, type: typeOfValue(message.payload), payload };
  const taken = await rowValueOf(row.value, message);
  if (taken.ok) return { kind: 'value', value: valueText(taken.value), type: typeOfValue(taken.value), payload };
  const { rule } = row.value;
  if ('error' in taken) return { kind: 'failed', error: reportOf(taken.error), outcome: 'error', payload };
  const error = reportOf(valueMissing(rule, taken, publication.topic));
  return { kind: 'failed', error, outcome: rule.missing, payload };
}
