// Where the payload of a publication comes from, when it is not `msg.payload`.

import { failed, found, type Result } from '../errors/result';
import { fillJsonTemplate, type JsonTemplate } from '../values/json-template';
import type { OutsideFound } from '../values/outside-value';
import { type Template, textOfTemplate } from '../values/template';
import { plainValueFor, type ValueSource, valueMissing } from '../values/value-source';

export type PayloadSource =
  | Exclude<ValueSource, { readonly kind: 'template' }>
  /** A text for devices, in which values may be empty. */
  | { readonly kind: 'text'; readonly template: Template }
  | { readonly kind: 'json'; readonly template: JsonTemplate };

/** The payload for `message`, before its format is applied. A missing value is the error, which names it. */
export function payloadFor(source: PayloadSource, message: object, outside: OutsideFound): Result<unknown> {
  switch (source.kind) {
    case 'text': {
      const filled = textOfTemplate(source.template, message, outside);
      return filled.ok ? found(filled.text) : failed(valueMissing('payload', source.template.text, filled));
    }
    case 'json': {
      const filled = fillJsonTemplate(source.template, message, outside);
      return filled.ok ? filled : failed(valueMissing('payload', source.template.text, filled));
    }
    case 'fixed':
      return found(source.value);
    default: {
      const value = plainValueFor(source, message, outside);
      if (value !== undefined) return found(value);
      return failed(valueMissing('payload', source.text, { ok: false, problem: 'missing', at: source.text }));
    }
  }
}
