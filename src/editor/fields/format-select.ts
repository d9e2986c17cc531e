// The select for a payload format.

import { BUILT_IN_FORMATS } from '../../core/payloads/format';

/**
 * Fills a select with the formats, named by `label`. An unknown format is kept under its own name, so that opening a
 * dialog loses nothing.
 */
export function fillFormatSelect(select: JQuery, format: string, label: (format: string) => string): void {
  const option = (name: string, text: string): JQuery => $('<option>', { value: name }).text(text);
  for (const name of BUILT_IN_FORMATS) select.append(option(name, label(name)));
  const known: readonly string[] = BUILT_IN_FORMATS;
  if (!known.includes(format)) select.append(option(format, format));
  select.val(format);
}
