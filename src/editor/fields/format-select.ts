// The select for a payload format: those of this package, and those that others have registered in the editor.

import { BUILT_IN_FORMATS } from '../../core/payloads/format';

/**
 * Fills a select with the formats; `label` names those of this package. An unknown format is kept under its own name, so
 * that opening a dialog loses nothing.
 */
export function fillFormatSelect(select: JQuery, format: string, label: (format: string) => string): void {
  const formats = new Map<string, string>(BUILT_IN_FORMATS.map((name) => [name, label(name)]));
  for (const [name, text] of registeredFormats()) if (!formats.has(name)) formats.set(name, text);
  if (format !== '' && !formats.has(format)) formats.set(format, format);
  for (const [value, text] of formats) select.append($('<option>', { value }).text(text));
  select.val(format);
}

/** Name and label of each (docs/formats.md). */
export function registeredFormats(): [string, string][] {
  return RED.plugins.getPluginsByType('mqtt-flows-format').flatMap((plugin): [string, string][] => {
    if (!('format' in plugin) || typeof plugin.format !== 'string') return [];
    const label = 'label' in plugin && typeof plugin.label === 'string' ? plugin.label : plugin.format;
    return [[plugin.format, label]];
  });
}
