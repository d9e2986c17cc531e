// Replaces `${NAME}` in the settings of a node by variables of its subflow, group, flow and process.

import type { Node, NodeAPI, NodeDef } from 'node-red';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { isVariable, namesVariables, replaceVariables } from '../../settings/environment-text';
import type { ConfigResult, RawConfig } from '../../settings/saved-config';
import { editorId } from '../deploy/saved-nodes';

/** The node whose variables apply, and the properties, at any depth, that are JSONata without a type beside them. */
interface Scope {
  readonly RED: NodeAPI;
  readonly node: Node;
  readonly expressions: readonly string[];
  /** Whether only a text that is nothing but a variable is replaced. */
  readonly literal: boolean;
}

/**
 * Reads the settings of `node` with `parse`, after replacing each `${NAME}` in the properties that `defaults` lists. A
 * variable that is not set is an error that names it. Not replaced are the name, which is for people, and
 * `expressions`: properties that are always JSONata, where `${` begins an object. In an object with `literal`, a variable
 * within other text stays.
 */
export function readSettings<S>(
  RED: NodeAPI,
  node: Node,
  definition: NodeDef,
  defaults: object,
  parse: (raw: RawConfig) => ConfigResult<S>,
  expressions: readonly string[] = [],
): ConfigResult<S> {
  const scope = { RED, node, expressions, literal: false };
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
 * A setting with its variables replaced, according to the type that Node-RED's typed input has saved beside it. In an
 * expression, `${` has a meaning of its own, and a value of type `env` is the name of a variable.
 */
function replacedSetting(scope: Scope, siblings: RawConfig, key: string, property: string): unknown {
  const value = siblings[key];
  const type = siblings[key === 'value' ? 'type' : `${key}Type`];
  if (typeof value === 'string' && (type === 'jsonata' || scope.expressions.includes(key))) return value;
  const isName = typeof value === 'string' && type === 'env' && value !== '' && !namesVariables(value);
  return replaced(scope, isName ? `\${${value}}` : value, property);
}

/** `value` with the variables in all of its texts replaced, at any depth. Throws MqttFlowsError. */
function replaced(scope: Scope, value: unknown, property: string): unknown {
  if (typeof value === 'string') {
    return scope.literal && !isVariable(value) ? value : settingText(scope.RED, scope.node, value, property);
  }
  if (Array.isArray(value)) {
    return value.map((entry, index) => replaced(scope, entry, `${property}[${index}]`));
  }
  if (typeof value !== 'object' || value === null) return value;
  // It is neither an array nor null, so it has properties by name.
  const siblings = value as RawConfig;
  const inside = siblings.literal === true ? { ...scope, literal: true } : scope;
  return Object.fromEntries(
    Object.keys(value).map((key) => [key, replacedSetting(inside, siblings, key, `${property}.${key}`)]),
  );
}

/**
 * `text` with its variables replaced by their current values. Throws `environment-missing`, which names a variable that
 * is not set.
 */
export function settingText(RED: NodeAPI, node: Node, text: string, property: string): string {
  const result = replaceVariables(text, (name) => variable(RED, node, name));
  if (result.ok) return result.text;
  throw new MqttFlowsError('environment-missing', { stage: 'config', params: { name: result.name, property } });
}

/**
 * Looks up a variable as Node-RED does. An object, such as a JSON variable of a flow, is not text and counts as not
 * set.
 */
function variable(RED: NodeAPI, node: Node, name: string): string | undefined {
  // The type says string, but a flow may define any value.
  const value: unknown = RED.util.getSetting(node, name);
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/**
 * A property of the configuration as it was saved. In the definition that a node gets, Node-RED has already replaced a
 * text that is exactly `${NAME}`. The template of a subflow from a module is not among the saved flows; for a node in
 * it, that definition has to do, so such a text is evaluated when the node starts and not later.
 */
export function savedText(RED: NodeAPI, definition: Pick<NodeDef, 'id'>, property: string): string {
  const id = editorId(definition);
  let saved: Pick<NodeDef, 'id'> | undefined;
  RED.nodes.eachNode((each) => {
    if (each.id === id) saved = each;
  });
  // Each type of node has different properties.
  const value: unknown = Reflect.get(saved ?? definition, property);
  return typeof value === 'string' ? value : '';
}
