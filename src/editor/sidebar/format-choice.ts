// The formats that the sidebar offers: those of this package and of others, and Protobuf once for each message that the
// nodes of the broker know.

import { COMPRESSIONS } from '../../core/payloads/format';
import { registeredFormats } from '../fields/format-select';
import { topicsText } from './topics-text';

/** Names are the same in all languages. */
const BUILT_IN: readonly (readonly [string, string])[] = [
  ['cbor', 'CBOR'],
  ['messagepack', 'MessagePack'],
  ['sparkplug', 'Sparkplug B'],
  ['base64', 'Base64'],
];

/** Each format with its label; `messageTypes` are those of Protobuf. */
export function formatChoices(messageTypes: readonly string[]): readonly (readonly [string, string])[] {
  const protobuf = messageTypes.map((type) => [`protobuf:${type}`, `Protobuf: ${type}`] as const);
  const known = new Set(BUILT_IN.map(([name]) => name));
  return [...BUILT_IN, ...protobuf, ...registeredFormats().filter(([name]) => !known.has(name))];
}

/** A select for a compression; the first entry, blank, has the label `none`. */
export function compressionSelect(none: string, chosen: string): JQuery {
  const label = topicsText('format.compression');
  const select = $('<select>', { class: 'mqtt-flows-form', title: label, 'aria-label': label });
  select.append($('<option>', { value: '', text: none }));
  for (const name of COMPRESSIONS) select.append($('<option>', { value: name, text: name }));
  return select.val(chosen);
}
