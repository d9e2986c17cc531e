// The payload of a birth, close or will message as it is saved: text, JSON, or bytes. The editor checks it by the same rules.

import type { PayloadType } from '../core/servers/message-config';

/** What is expected in the place of `text`, as a key of the locales; undefined when it fits its type. */
export function messagePayloadProblem(text: string, type: PayloadType): string | undefined {
  switch (type) {
    case 'str':
      return undefined;
    case 'json':
      return parsed(text) === undefined ? 'expected.json' : undefined;
    case 'bin':
      return isBytes(parsed(text)) ? undefined : 'expected.bytes';
    case 'base64':
      return isBase64(text) ? undefined : 'expected.base64';
  }
}

/** Undefined when `text` is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A list of numbers, or a text for its bytes in UTF-8: both are what Node-RED's buffer editor writes. */
function isBytes(value: unknown): boolean {
  const isByte = (entry: unknown): boolean => Number.isInteger(entry) && Number(entry) >= 0 && Number(entry) <= 0xff;
  return typeof value === 'string' || (Array.isArray(value) && value.every(isByte));
}

/** In either alphabet, with or without padding. A last digit alone has six bits, too few for a byte. */
function isBase64(text: string): boolean {
  const digits = /^\s*([A-Za-z0-9+/_-]*)={0,2}\s*$/.exec(text)?.[1];
  return digits !== undefined && digits.length % 4 !== 1;
}
