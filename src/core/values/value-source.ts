// Where the value of a setting comes from: fixed, from the message, or found outside the message by the runtime.

import { MqttFlowsError } from '../errors/mqtt-flows-error';
import { failed, found, type Result } from '../errors/result';
import type { OutsideFound } from './outside-value';
import { type FillResult, fillTemplate, type Path, readPath, type Template } from './template';

/** `text` is what a user has written, for errors. */
export type ValueSource =
  /** An undefined value means that there is none, whatever the message has. */
  | { readonly kind: 'fixed'; readonly value: unknown }
  | { readonly kind: 'template'; readonly template: Template }
  | { readonly kind: 'path'; readonly path: Path; readonly text: string }
  /** `index` is the place of the value among those that the runtime has found for the message. */
  | { readonly kind: 'outside'; readonly index: number; readonly text: string };

/** The value for `message`: undefined when there is none. A template that lacks a value is an error, which names `setting`. */
export function valueFor(
  source: ValueSource,
  message: object,
  outside: OutsideFound,
  setting: string,
): Result<unknown> {
  if (source.kind === 'template') return filledText(source.template, message, outside, setting);
  return found(plainValueFor(source, message, outside));
}

/** The value of a source that cannot fail: undefined when there is none. */
export function plainValueFor(
  source: Exclude<ValueSource, { readonly kind: 'template' }>,
  message: object,
  outside: OutsideFound,
): unknown {
  switch (source.kind) {
    case 'fixed':
      return source.value;
    case 'path':
      return readPath(message, source.path);
    case 'outside':
      return outside[source.index];
  }
}

function filledText(template: Template, message: object, outside: OutsideFound, setting: string): Result<string> {
  const filled = fillTemplate(template, message, outside);
  return filled.ok ? found(filled.text) : failed(valueMissing(setting, template.text, filled));
}

/** The error for a template of `setting` that cannot be filled. */
export function valueMissing(
  setting: string,
  template: string,
  { problem, at }: Extract<FillResult, { readonly ok: false }>,
): MqttFlowsError {
  const params = {
    property: setting,
    template: template.slice(0, 200),
    path: at,
    problemKey: `templateValue.${problem}`,
  };
  return new MqttFlowsError('property-missing', { stage: 'publish', params });
}
