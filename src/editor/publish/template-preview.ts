// Previews a template with a sample for each value, filled by the code of the runtime.

import { fillTemplate, type Path, type Placeholder, parseTemplate } from '../../core/values/template';
import { sharedText } from '../fields/shared-text';

/** The text of `template` when each value is the name that it is read by; undefined for a template without values. */
function templatePreview(template: string): string | undefined {
  const result = parseTemplate(template);
  if (!result.ok || result.template.constant !== undefined) return undefined;
  const placeholders = result.template.segments.filter((segment) => segment.kind === 'value');
  const filled = fillTemplate(result.template, sampleFor(placeholders));
  return filled.ok ? filled.text : undefined;
}

/** A message in which each value that is named is the name that it is read by. */
export function sampleFor(placeholders: readonly Placeholder[]): object {
  const message: Sample = {};
  for (const { path } of placeholders) if (path) addSample(message, path);
  return message;
}

/** The note for a template; undefined for a template without values. */
export function previewHint(template: string): string | undefined {
  const text = templatePreview(template);
  return text && sharedText('fields.preview', { text });
}

interface Sample {
  [name: string]: Sample | string;
}

/** Puts a sample into `message` at `path`, and returns it. */
function addSample(message: Sample, path: Path): string {
  const names = path.map((step) => (typeof step === 'string' ? step : addSample(message, step)));
  const last = names.pop() ?? '';
  let place = message;
  for (const name of names) {
    const inner = Object.hasOwn(place, name) ? place[name] : undefined;
    // A value that is read both as a whole and in parts has no sample for both.
    if (typeof inner === 'string') return inner;
    const next = inner ?? {};
    place[name] = next;
    place = next;
  }
  const sample = `‹${last}›`;
  place[last] = sample;
  return sample;
}
