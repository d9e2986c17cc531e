// A value as a tree of its parts. All of it is set as text, never as markup.

import { WrittenNumber } from '../../core/sidebar/shown-json';
import { WrittenLeaf } from '../../core/sidebar/shown-value';
import { topicsText } from './topics-text';

/** The most entries of one list or object that are shown. */
const MOST_ENTRIES = 500;

/** A tree of a value, of JSON or of another format. Branches are built when they are opened. */
export function jsonTree(value: unknown, name = '', open = true): JQuery {
  const label = name === '' ? '' : `${name}: `;
  if (value instanceof WrittenNumber) return jsonLeaf(label, 'number', value.literal);
  if (value instanceof WrittenLeaf) return jsonLeaf(label, value.kind, leafText(value));
  if (typeof value !== 'object' || value === null) {
    const kind = value === null ? 'null' : typeof value;
    return jsonLeaf(label, kind, JSON.stringify(value));
  }
  const entries = Object.entries(value);
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  const branch = $('<details>', { open });
  const summary = $('<summary>').append($('<span>', { class: 'mqtt-flows-json-name', text: label }), size);
  const inside = $('<div>', { class: 'mqtt-flows-json-inside' });
  const fill = (): void => {
    if (inside.children().length > 0) return;
    for (const [key, entry] of entries.slice(0, MOST_ENTRIES)) inside.append(jsonTree(entry, key, false));
    const rest = entries.length - MOST_ENTRIES;
    if (rest > 0) inside.append($('<div>', { text: topicsText('value.more', { count: rest }) }));
  };
  if (open) fill();
  branch.on('toggle', fill);
  return branch.append(summary, inside);
}

/** A value that JSON has no form for: bytes, a date, a text that was cut. */
export function leafText({ kind, text, more }: WrittenLeaf): string {
  if (kind === 'bytes') {
    const size = text.length / 2 + more;
    const values = { digits: text.replace(/..(?=.)/g, '$& '), size };
    return more > 0 ? topicsText('leaf.bytesCut', values) : topicsText('leaf.bytes', values);
  }
  if (kind === 'cut') return more > 0 ? topicsText('value.more', { count: more }) : topicsText('leaf.deep');
  return more > 0 ? `${text}…` : text;
}

function jsonLeaf(label: string, kind: string, text: string): JQuery {
  return $('<div>', { class: 'mqtt-flows-json-leaf' }).append(
    $('<span>', { class: 'mqtt-flows-json-name', text: label }),
    $('<span>', { class: `mqtt-flows-json-${kind}`, text }),
  );
}
