// From the core MQTT nodes, and others that are like them, to ours. Runs in the editor too.

import { brokerFromCore } from './broker-from-core';
import { type NodeConversion, note } from './conversion-note';
import type { ConversionOptions } from './conversion-options';
import type { Direction } from './direction';
import { type FlowNode, textOf } from './flow-node';
import { asCoreNode, asEmbeddedBroker, FOREIGN_TYPES, type ForeignType } from './foreign-nodes';
import { jsonToggles } from './json-toggle';
import { labelOf } from './node-label';
import { publishFromCore } from './publish-from-core';
import { type FlowConversion, replaceNodes } from './replace-nodes';
import { subscribeFromCore } from './subscribe-from-core';

/**
 * Replaces the nodes of `flow` that `chosen` names. A core broker node is named for itself only where nothing uses it; else
 * it follows its users.
 */
export function replaceCoreNodes(
  flow: readonly FlowNode[],
  options: ConversionOptions,
  chosen: (node: FlowNode) => boolean = () => true,
): FlowConversion {
  if (options.broker === '') return replaceNodes(flow, toOurs(flow, options), chosen);
  const originals = new Map<FlowNode, FlowNode>();
  const named = flow.map((node) => {
    if (!needsBroker(node.type) || !chosen(node)) return node;
    const user = { ...node, broker: options.broker };
    originals.set(user, node);
    return user;
  });
  const conversion = replaceNodes(named, toOurs(flow, options), chosen);
  const replaced = conversion.replaced.map((each) => ({ ...each, before: originals.get(each.before) ?? each.before }));
  return { ...conversion, replaced };
}

/** Whether nodes of this type name no broker node, so that one has to be chosen for them. */
export function needsBroker(type: string): boolean {
  const foreign = Object.hasOwn(FOREIGN_TYPES, type) ? FOREIGN_TYPES[type] : undefined;
  return foreign?.notes.includes('brokerUnknown') === true;
}

/** Whether a node is a broker node of ours, or becomes one. */
export function isBroker(type: string): boolean {
  return type === 'mqtt-flows-broker' || type === 'mqtt-broker';
}

function toOurs(flow: readonly FlowNode[], options: ConversionOptions): Direction {
  return {
    brokerType: 'mqtt-broker',
    convertBroker: (node) => brokerFromCore(node, options, (wanted) => flow.find(({ id }) => id === wanted)),
    convert: (node) => withJsonNotes(flow, convert(flow, node, options)),
    apart(node) {
      const { clientId } = node;
      if (typeof clientId !== 'string' || clientId === '') return { node, notes: [] };
      const changed = `${clientId}-mqtt-flows`;
      return { node: { ...node, clientId: changed }, notes: [note('clientIdChanged', { clientId: changed })] };
    },
  };
}

/** What the json nodes behind a subscribe node do to what it parses is said at that node. */
function withJsonNotes(flow: readonly FlowNode[], conversion: NodeConversion | undefined): NodeConversion | undefined {
  if (!conversion?.ok || conversion.node.type !== 'mqtt-flows-subscribe') return conversion;
  const said = jsonToggles(flow, conversion.node).map((node) => note('jsonToggles', { node: labelOf(node) }));
  return said.length === 0 ? conversion : { ...conversion, notes: [...conversion.notes, ...said] };
}

function convert(flow: readonly FlowNode[], node: FlowNode, options: ConversionOptions): NodeConversion | undefined {
  const foreign = Object.hasOwn(FOREIGN_TYPES, node.type) ? FOREIGN_TYPES[node.type] : undefined;
  if (foreign?.like === 'embedded broker') return asEmbeddedBroker(node, foreign, isDisabled(flow, textOf(node.z)));
  return foreign ? convertForeign(node, foreign, options) : convertCore(node, options);
}

function isDisabled(flow: readonly FlowNode[], id: string): boolean {
  return flow.some((each) => each.id === id && each.type === 'tab' && each.disabled === true);
}

function convertCore(node: FlowNode, options: ConversionOptions): NodeConversion | undefined {
  if (node.type === 'mqtt in') return subscribeFromCore(node, options);
  return node.type === 'mqtt out' ? publishFromCore(node, options) : undefined;
}

function convertForeign(node: FlowNode, foreign: ForeignType, options: ConversionOptions): NodeConversion {
  const core = asCoreNode(node, foreign);
  if (!core.ok) return core;
  const said = foreign.notes.map((key) => note(key));
  // Those that FlowFuse gives a server have one here only when it was chosen.
  const chosen = needsBroker(node.type);
  if (chosen && textOf(core.node.broker) === '') return { ok: false, notes: said };
  const converted = convertCore(core.node, options);
  if (!converted?.ok) return converted ?? core;
  return { ...converted, notes: [...converted.notes, ...(chosen ? [] : said)] };
}
