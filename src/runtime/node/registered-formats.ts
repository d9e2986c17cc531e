// Payload formats that other packages bring: plugins of the type `mqtt-flows-format` (docs/formats.md).

import type { NodeAPI } from 'node-red';
import type { PayloadFormat } from '../../core/payloads/payload-format';

export const FORMAT_PLUGIN = 'mqtt-flows-format';

/** The registered formats, in the order of their names. What is no format is left out. */
export function registeredFormats(RED: NodeAPI): readonly PayloadFormat[] {
  const plugins: readonly unknown[] = RED.plugins.getByType(FORMAT_PLUGIN);
  return plugins.filter(isFormat).sort((a, b) => (a.format < b.format ? -1 : 1));
}

function isFormat(plugin: unknown): plugin is PayloadFormat {
  if (typeof plugin !== 'object' || plugin === null) return false;
  if (!('format' in plugin) || typeof plugin.format !== 'string' || plugin.format === '') return false;
  return isFunction(plugin, 'decode') && isFunction(plugin, 'encode') && (!('prepare' in plugin) || isPrepare(plugin));
}

function isFunction(plugin: object, name: 'decode' | 'encode'): boolean {
  return typeof Reflect.get(plugin, name) === 'function';
}

function isPrepare({ prepare }: { readonly prepare: unknown }): boolean {
  return prepare === undefined || typeof prepare === 'function';
}
