// Recognises a picture by its first bytes. Only these four kinds are shown: they hold nothing that a browser would execute,
// as SVG does. Runs in the editor.

export interface Picture {
  readonly mediaType: 'image/jpeg' | 'image/png' | 'image/gif' | 'image/webp';
  /** Undefined where the file does not say at its beginning. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
}

/** Pixels that a browser is given to unpack: a few bytes can claim gigabytes. */
export const MOST_PIXELS = 64 * 1024 * 1024;

/** The picture that `bytes` begin; undefined for anything else. */
export function pictureOf(bytes: Uint8Array): Picture | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (startsWith(bytes, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) {
    // The header chunk is the first one: width and height at 16 and 20.
    return picture('image/png', bytes.length >= 24 ? [view.getUint32(16), view.getUint32(20)] : undefined);
  }
  if (isText(bytes, 0, 'GIF87a') || isText(bytes, 0, 'GIF89a')) {
    return picture('image/gif', bytes.length >= 10 ? [view.getUint16(6, true), view.getUint16(8, true)] : undefined);
  }
  if (isText(bytes, 0, 'RIFF') && isText(bytes, 8, 'WEBP')) return picture('image/webp', webpSize(bytes, view));
  if (startsWith(bytes, 0, [0xff, 0xd8, 0xff])) return picture('image/jpeg', jpegSize(view));
  return undefined;
}

type Size = readonly [width: number, height: number];

function picture(mediaType: Picture['mediaType'], size: Size | undefined): Picture {
  return { mediaType, size: size && { width: size[0], height: size[1] } };
}

function startsWith(bytes: Uint8Array, at: number, expected: readonly number[]): boolean {
  return expected.every((byte, index) => bytes[at + index] === byte);
}

function isText(bytes: Uint8Array, at: number, text: string): boolean {
  return startsWith(
    bytes,
    at,
    Array.from(text, (character) => character.charCodeAt(0)),
  );
}

/** The three forms of WebP: lossy, lossless and extended (RFC 9649, section 2). */
function webpSize(bytes: Uint8Array, view: DataView): Size | undefined {
  if (bytes.length < 30) return undefined;
  if (isText(bytes, 12, 'VP8 ')) return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
  if (isText(bytes, 12, 'VP8L')) {
    const bits = view.getUint32(21, true);
    return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
  }
  if (!isText(bytes, 12, 'VP8X')) return undefined;
  const at = (index: number): number => 1 + view.getUint16(index, true) + (view.getUint8(index + 2) << 16);
  return [at(24), at(27)];
}

/** Goes from segment to segment until one begins a frame (ITU T.81, section B.2.2). */
function jpegSize(view: DataView): Size | undefined {
  let at = 2;
  while (at + 9 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return [view.getUint16(at + 7), view.getUint16(at + 5)];
    // Fill bytes may stand before a marker.
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return undefined;
}
