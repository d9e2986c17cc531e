// The choice of a payload format.

import { BUILT_IN_FORMATS } from '../core/format';
import { sharedText } from './shared-text';

/** Fills a select with the formats. One that the package does not bring is kept, so that opening a dialog loses nothing. */
export function fillFormatSelect(select: JQuery, format: string): void {
  const names: string[] = [...BUILT_IN_FORMATS];
  const known = names.includes(format);
  for (const name of known ? names : [...names, format]) {
    const label = known || name !== format ? sharedText(`formats.${name}`) : format;
    select.append($('<option>', { value: name }).text(label));
  }
  select.val(format);
}
