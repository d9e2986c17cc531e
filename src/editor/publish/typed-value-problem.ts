// Checks the values of typed inputs in dialogs.

import { parsePath, parseTemplate } from '../../core/values/template';
import { namesVariables } from '../../settings/environment-text';
import type { TypedValue } from '../../settings/publish.config';
import { sharedText } from '../fields/shared-text';

/** The error for a value that does not fit its type, or undefined. A value with variables is checked by the runtime. */
export function typedValueProblem({ value, type }: TypedValue): string | undefined {
  if (type === 'none' || type === 'reply') return undefined;
  if (type === 'env') return variableProblem(value);
  if (type !== 'jsonata' && namesVariables(value)) return undefined;
  switch (type) {
    case 'str':
      return templateProblem(value);
    case 'msg':
      return parsePath(value) ? undefined : sharedText('expected.path');
    case 'flow':
    case 'global':
    case 'jsonata':
      return value.trim() === '' ? sharedText('fields.blank') : ownProblem(value, type);
    case 'bin':
      return isBytes(value) ? undefined : sharedText('expected.bytes');
    case 'num':
    case 'bool':
      return undefined;
  }
}

/** Node-RED replaces `${NAME}` alone by the value of the variable, which would then be taken for a name. */
function variableProblem(name: string): string | undefined {
  if (name.trim() === '') return sharedText('fields.blank');
  return /^\$\{[^}]+\}$/.test(name) ? sharedText('fields.variableName') : undefined;
}

function templateProblem(text: string): string | undefined {
  const result = parseTemplate(text);
  return result.ok ? undefined : sharedText(`template.${result.problem}`, { at: result.at });
}

/** Node-RED checks context keys and JSONata. */
function ownProblem(value: string, type: string): string | undefined {
  const validity = RED.utils.validateTypedProperty(value, type, {});
  return validity === true ? undefined : String(validity);
}

/** Whether `text` has the form that Node-RED's buffer editor writes. */
function isBytes(text: string): boolean {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return false;
  }
  const isByte = (entry: unknown): boolean => Number.isInteger(entry) && Number(entry) >= 0 && Number(entry) <= 0xff;
  return typeof value === 'string' || (Array.isArray(value) && value.every(isByte));
}
