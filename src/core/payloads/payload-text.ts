// Payloads as text, in the encoding that the content type names.

import { isUtf8 } from 'node:buffer';

/**
 * By the names that were asked for. TextDecoder takes about 200, in any case and with any white space around them, which
 * senders choose: the names here have neither.
 */
const decoders = new Map<string, TextDecoder>();

/** The text of `payload`, or undefined when its bytes are none in `writtenCharset`. Without a charset it is UTF-8. */
export function textOf(payload: Buffer, writtenCharset?: string): string | undefined {
  const charset = writtenCharset?.trim().toLowerCase();
  if (isUtf8Name(charset)) {
    const text = payload.toString('utf8');
    // What is no UTF-8 becomes U+FFFD. Most texts have none, and then this is faster than a look at the bytes.
    return !text.includes('\uFFFD') || isUtf8(payload) ? text : undefined;
  }
  try {
    return decoderOf(charset).decode(payload);
  } catch {
    // An unknown charset, or bytes that it has no character for.
    return undefined;
  }
}

/** Whether `charset`, in lower case, means UTF-8, as nothing does. */
function isUtf8Name(charset: string | undefined): charset is undefined | 'utf-8' | 'utf8' {
  return charset === undefined || charset === 'utf-8' || charset === 'utf8';
}

function decoderOf(charset: string): TextDecoder {
  const known = decoders.get(charset);
  if (known) return known;
  const decoder = new TextDecoder(charset, { fatal: true });
  decoders.set(charset, decoder);
  return decoder;
}
