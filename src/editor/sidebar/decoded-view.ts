// A decoded payload: text as it is, all else as a tree. All of it is set as text, never as markup.

import { jsonTree } from './json-tree';

/** The most characters of a text that are shown. */
const MOST_TEXT = 64 * 1024;

export function decodedView(value: unknown): JQuery {
  return typeof value === 'string' ? textOf(value) : treeOf(value);
}

export function treeOf(value: unknown): JQuery {
  return $('<div>', { class: 'mqtt-flows-json' }).append(jsonTree(value));
}

export function textOf(text: string): JQuery {
  const cut = text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
  return $('<pre>', { class: 'mqtt-flows-payload', text: cut, tabindex: 0 });
}
