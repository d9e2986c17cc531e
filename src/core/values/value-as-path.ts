// A value that was typed where a property of the message is asked for, such as `msg.21.5`. Runs in the editor too.

import { parseJsonTemplate } from './json-template';

/** A property of a message in brackets, as in `["first name"]`. */
const IN_BRACKETS = /\[["'][^"']*["']\]/g;

/**
 * As what a publish node can send `text`, where it is most likely a value and no path of a property: a number, JSON, a
 * text with blanks. Undefined for all that a flow may call a property, such as `on`.
 */
export function valueTypedAsPath(text: string): 'json' | 'str' | undefined {
  const names = text.trim().replace(IN_BRACKETS, '');
  if (names === '' || /^[a-z_$][\w$.[\]]*$/i.test(names)) return undefined;
  if (parseJsonTemplate(text).ok) return 'json';
  return /^[-+]?\d|\s|\{\{/.test(names) ? 'str' : undefined;
}
