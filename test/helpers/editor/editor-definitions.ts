// What the built forms register in the editor: runs each dist/nodes/<stem>.html with an editor that only records calls.

import { createContext, runInContext } from 'node:vm';
import { readText } from '../package/package-files';

export interface EditorProperty {
  readonly value: unknown;
  readonly required?: boolean;
  readonly type?: string;
  readonly validate?: (this: object, value: unknown, options: object) => unknown;
}

export interface EditorDefinition {
  readonly type: string;
  readonly category: string;
  readonly defaults: Readonly<Record<string, EditorProperty>>;
  readonly credentials?: Readonly<Record<string, unknown>>;
  readonly inputs?: number;
  readonly outputs?: number;
  readonly icon?: string;
}

const SCRIPT = /<script type="text\/javascript">\n(.*?)<\/script>/s;

/** The definition that the built form of a node registers. Its texts are the keys of the catalogue. */
export function editorDefinition(stem: string): EditorDefinition {
  const script = SCRIPT.exec(readText(`dist/nodes/${stem}.html`))?.[1];
  if (script === undefined) throw new Error(`dist/nodes/${stem}.html has no script`);
  const found: EditorDefinition[] = [];
  const registerType = (type: string, definition: Omit<EditorDefinition, 'type'>): void => {
    found.push({ ...definition, type });
  };
  // Node-RED's own editor checks contexts and expressions.
  const utils = { validateTypedProperty: () => true };
  // No dialog is open.
  const editor = { getEditStack: () => [] };
  const RED = { nodes: { registerType }, editor, utils, _: (key: string) => key };
  runInContext(script, createContext({ RED, TextEncoder, URL }));
  const [definition, ...others] = found;
  if (!definition || others.length > 0) throw new Error(`dist/nodes/${stem}.html registers ${found.length} types`);
  return definition;
}

/** The value of each property of a new node, as plain data of this realm. */
export function defaultValues({ defaults }: EditorDefinition): Record<string, unknown> {
  const values = Object.entries(defaults).map(([name, { value }]) => [name, value]);
  // As a saved flow: JSON.
  return Object.fromEntries(values.map(([name, value]) => [name, JSON.parse(JSON.stringify(value))]));
}
