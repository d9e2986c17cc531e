// Values from outside the flow: `${NAME}` in the settings of a node, as its subflow, group, flow and process know it.

import type { Node, NodeAPI, NodeDef } from 'node-red';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { namesVariables, replaceVariables } from '../../settings/environment-text';
import type { ConfigResult, RawConfig } from '../../settings/saved-config';
import { editorId } from '../deploy/saved-nodes';

/** Whose variables are meant, and the properties, at any depth, that are JSONata without a type beside them. */
interface Scope {
  readonly RED: NodeAPI;
  readonly node: Node;
  readonly expressions: readonly string[];
}

/**
 * Reads the settings of `node` with `parse`, after each `${NAME}` in the properties that `defaults` lists has been
 * replaced. A variable that is not set is an error that names it. A name is for people, and stays as it is, and so do
 * `expressions`: the properties that are always JSONata, where `${` begins an object.
 */
export function readSettings<S>(
  RED: NodeAPI,
  node: Node,
  definition: NodeDef,
  defaults: object,
  parse: (raw: RawConfig) => ConfigResult<S>,
  expressions: readonly string[] = [],
): ConfigResult<S> {
  const scope = { RED, node, expressions };
  const raw: Record<string, unknown> = { ...definition };
  try {
    for (const property of Object.keys(defaults)) {
      if (property !== 'name') raw[property] = replacedSetting(scope, raw, property, property);
    }
  } catch (error) {
    if (error instanceof MqttFlowsError) return { ok: false, error };
    throw error;
  }
  return parse(raw);
}

/**
 * A setting with its variables replaced, as the type says that Node-RED's typed input has saved beside it: an expression
 * has a meaning of its own for `${`, and the value of type `env` is the name of a variable.
 */
function replacedSetting(scope: Scope, siblings: RawConfig, key: string, property: string): unknown {
  const value = siblings[key];
  const type = siblings[key === 'value' ? 'type' : `${key}Type`];
  if (typeof value === 'string' && (type === 'jsonata' || scope.expressions.includes(key))) return value;
  const isName = typeof value === 'string' && type === 'env' && value !== '' && !namesVariables(value);
  return replaced(scope, isName ? `\${${value}}` : value, property);
}

/** `value` with the variables in its texts replaced, however deep they are. Throws MqttFlowsError. */
function replaced(scope: Scope, value: unknown, property: string): unknown {
  if (typeof value === 'string') return settingText(scope.RED, scope.node, value, property);
  if (Array.isArray(value)) {
    return value.map((entry, index) => replaced(scope, entry, `${property}[${index}]`));
  }
  if (typeof value !== 'object' || value === null) return value;
  // It is neither an array nor null: properties by their names.
  const siblings = value as RawConfig;
  return Object.fromEntries(
    Object.keys(value).map((key) => [key, replacedSetting(scope, siblings, key, `${property}.${key}`)]),
  );
}

/** `text` with its variables as they are now. Throws `environment-missing` with the name of the one that is not set. */
export function settingText(RED: NodeAPI, node: Node, text: string, property: string): string {
  const result = replaceVariables(text, (name) => variable(RED, node, name));
  if (result.ok) return result.text;
  throw new MqttFlowsError('environment-missing', { stage: 'config', params: { name: result.name, property } });
}

/** Node-RED's own search. An object, such as a JSON variable of a flow, is no text and counts as not set. */
function variable(RED: NodeAPI, node: Node, name: string): string | undefined {
  // Declared as a string, but it is whatever the flow defines.
  const value: unknown = RED.util.getSetting(node, name);
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/**
 * A text of the configuration as it was saved, by its property: Node-RED has replaced one that is exactly `${NAME}` in
 * what it hands to the node, once and for all.
 */
export function savedText(RED: NodeAPI, definition: NodeDef, property: string): string {
  const id = editorId(definition);
  let text = '';
  RED.nodes.eachNode((saved) => {
    // Each node has properties of its own.
    const value = saved.id === id ? (saved as NodeDef & Record<string, unknown>)[property] : undefined;
    if (typeof value === 'string') text = value;
  });
  return text;
}
