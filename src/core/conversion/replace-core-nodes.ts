// From the core MQTT nodes, and others that are like them, to ours. Runs in the editor too.

import { brokerFromCore } from './broker-from-core';
import { type NodeConversion, note } from './conversion-note';
import type { ConversionOptions } from './conversion-options';
import type { Direction } from './direction';
import type { FlowNode } from './flow-node';
import { asCoreNode, asEmbeddedBroker, FOREIGN_TYPES, type ForeignType } from './foreign-nodes';
import { publishFromCore } from './publish-from-core';
import { type FlowConversion, replaceNodes } from './replace-nodes';
import { subscribeFromCore } from './subscribe-from-core';

/** Whether nodes of this type, which are no broker nodes of the core, can be replaced. */
export function isReplaceable(type: string): boolean {
  return type === 'mqtt in' || type === 'mqtt out' || Object.hasOwn(FOREIGN_TYPES, type);
}

/**
 * Replaces the nodes of `flow` that `chosen` names. A core broker node is named for itself only where nothing uses it; else
 * it follows its users.
 */
export function replaceCoreNodes(
  flow: readonly FlowNode[],
  options: ConversionOptions,
  chosen: (node: FlowNode) => boolean = () => true,
): FlowConversion {
  return replaceNodes(flow, toOurs(options), chosen);
}

function toOurs(options: ConversionOptions): Direction {
  return {
    brokerType: 'mqtt-broker',
    convertBroker: (node) => brokerFromCore(node, options),
    convert: (node) => convert(node, options),
    apart(node) {
      const { clientId } = node;
      if (typeof clientId !== 'string' || clientId === '') return { node, notes: [] };
      const changed = `${clientId}-mqtt-flows`;
      return { node: { ...node, clientId: changed }, notes: [note('clientIdChanged', { clientId: changed })] };
    },
  };
}

function convert(node: FlowNode, options: ConversionOptions): NodeConversion | undefined {
  if (node.type === 'mqtt in') return subscribeFromCore(node, options);
  if (node.type === 'mqtt out') return publishFromCore(node, options);
  const foreign = Object.hasOwn(FOREIGN_TYPES, node.type) ? FOREIGN_TYPES[node.type] : undefined;
  return foreign && convertForeign(node, foreign, options);
}

function convertForeign(node: FlowNode, foreign: ForeignType, options: ConversionOptions): NodeConversion {
  if (foreign.like === 'embedded broker') return asEmbeddedBroker(node, foreign);
  const core = asCoreNode(node, foreign);
  if (!core.ok) return core;
  const named = typeof core.node.broker === 'string';
  if (!named && options.broker === '') return { ok: false, notes: foreign.notes.map((key) => note(key)) };
  const converted = convert(named ? core.node : { ...core.node, broker: options.broker }, options);
  if (!converted?.ok) return converted ?? core;
  return { ...converted, notes: [...converted.notes, ...(named ? foreign.notes.map((key) => note(key)) : [])] };
}
