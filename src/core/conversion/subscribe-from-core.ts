// An `mqtt in` node as a subscribe node. Runs in the editor too.

import type { BuiltInFormat } from '../payloads/format';
import { parseTopicFilter } from '../topics/topic-filter';
import { asFlag, asWhole } from '../values/plain-value';
import { type ConversionNote, type NodeConversion, note } from './conversion-note';
import type { ConversionOptions } from './conversion-options';
import { asType, type FlowNode, textOf } from './flow-node';
import { coreProperties } from './property-table';
import { hasVariableInside, isVariable } from './saved-text';

/** A blank one is text, and an unknown one is what `auto` is: text, or bytes that are no text. */
const FORMATS: Readonly<Record<string, BuiltInFormat>> = {
  'auto-detect': 'auto',
  '': 'string',
  utf8: 'string',
  json: 'json',
  buffer: 'buffer',
  base64: 'base64',
};

export function subscribeFromCore(node: FlowNode, { retainedAgain }: ConversionOptions): NodeConversion {
  const dynamic = Number(node.inputs) === 1;
  const filter = textOf(node.topic);
  const settings = {
    // A node with an input does not read its own topic.
    subscriptions: dynamic ? [] : [subscriptionFromCore(node, filter)],
    inputs: dynamic ? 1 : 0,
    format: FORMATS[textOf(node.datatype)] ?? 'text-or-bytes',
    ...(retainedAgain ? { retainedAgain } : {}),
  };
  const notes = dynamic ? [] : filterNotes(filter);
  const converted = asType(node, 'mqtt-flows-subscribe', coreProperties('mqtt in'), settings);
  return { ok: true, node: converted, added: [], notes };
}

function subscriptionFromCore(node: FlowNode, filter: string): object {
  return {
    filter,
    qos: asWhole(node.qos, 0, 2) ?? 2,
    noLocal: asFlag(node.nl) ?? false,
    // Flows older than the property do not ask for it.
    retainAsPublished: asFlag(node.rap) ?? false,
    retainHandling: asWhole(node.rh, 0, 2) ?? 0,
    ...(hasVariableInside(filter) ? { literal: true } : {}),
  };
}

/** `+` and `#` with more in their level are names for wildcards here; the core nodes refuse them and do nothing. */
function filterNotes(filter: string): ConversionNote[] {
  if (isVariable(filter)) return [];
  const parsed = parseTopicFilter(filter);
  if (!parsed.ok) return [note('filterInvalid', { filter })];
  return parsed.filter.wire === filter ? [] : [note('filterNamed', { filter, wire: parsed.filter.wire })];
}
