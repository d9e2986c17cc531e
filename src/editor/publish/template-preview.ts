// What a template will give, with a sample in the place of each value: filled by the code that the runtime uses.

import { fillTemplate, type Path, parseTemplate } from '../../core/values/template';
import { sharedText } from '../fields/shared-text';

/** The text that `template` gives when each value is the name that it is read by; undefined for one without values. */
function templatePreview(template: string): string | undefined {
  const result = parseTemplate(template);
  if (!result.ok || result.template.constant !== undefined) return undefined;
  const message: Sample = {};
  for (const segment of result.template.segments) {
    if (segment.kind === 'value') addSample(message, segment.path);
  }
  const filled = fillTemplate(result.template, message);
  return filled.ok ? filled.text : undefined;
}

/** What the line under a field says of the template in it; undefined for one without values. */
export function previewHint(template: string): string | undefined {
  const text = templatePreview(template);
  return text && sharedText('fields.preview', { text });
}

interface Sample {
  [name: string]: Sample | string;
}

/** Puts a sample into `message` where `path` leads; the text that was put. */
function addSample(message: Sample, path: Path): string {
  const names = path.map((step) => (typeof step === 'string' ? step : addSample(message, step)));
  const last = names.pop() ?? '';
  let place = message;
  for (const name of names) {
    const inner = Object.hasOwn(place, name) ? place[name] : undefined;
    // Where a value is read as a whole and in parts there is no sample for both.
    if (typeof inner === 'string') return inner;
    const next = inner ?? {};
    place[name] = next;
    place = next;
  }
  const sample = `‹${last}›`;
  place[last] = sample;
  return sample;
}
