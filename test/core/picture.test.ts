// Pictures among payloads: four kinds, by their first bytes, with the size that they claim.

import assert from 'node:assert/strict';
import { pictureOf } from '#src/core/sidebar/picture';

function kindOf(hex: string): string | undefined {
  const found = pictureOf(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  return found && `${found.mediaType} ${found.size ? `${found.size.width}x${found.size.height}` : '?'}`;
}

/** The beginnings of files that are 16 pixels wide and 9 high, as usual programs write them. */
const BEGINNINGS = {
  'image/png': '89504e470d0a1a0a 0000000d 49484452 00000010 00000009 08020000',
  'image/gif': '474946383961 1000 0900 f00000',
  'image/webp': '52494646 24000000 57454250 56503820 18000000 300100 9d012a 1000 0900 0100',
  'image/jpeg': 'ffd8 ffe0 0010 4a46494600010100000100010000 ffc0 0011 08 0009 0010 03 012200',
};

describe('A picture', () => {
  it('is recognized by its first bytes, with its size', () => {
    for (const [mediaType, hex] of Object.entries(BEGINNINGS)) assert.equal(kindOf(hex), `${mediaType} 16x9`);
  });

  it('has a size in all forms of WebP', () => {
    assert.equal(
      kindOf('52494646 24000000 57454250 5650384c 10000000 2f 0f000200 00000000 00000000'),
      'image/webp 16x9',
    );
    assert.equal(kindOf('52494646 24000000 57454250 56503858 0a000000 10000000 0f0000 080000'), 'image/webp 16x9');
  });

  it('that ends early has no size', () => {
    for (const [mediaType, hex] of Object.entries(BEGINNINGS)) {
      const start = hex.replaceAll(' ', '').slice(0, mediaType === 'image/webp' ? 30 : 16);
      assert.equal(kindOf(start), `${mediaType} ?`);
    }
  });

  it('is not seen in text, SVG, other bytes or no bytes', () => {
    for (const text of ['', 'GIF', '<svg xmlns="http://www.w3.org/2000/svg"/>', '{"a":1}', 'RIFF....WAVE', 'ÿØ']) {
      assert.equal(pictureOf(Buffer.from(text)), undefined, text);
    }
  });

  it('with hostile segments is not read beyond its end', () => {
    assert.equal(kindOf(`ffd8ff${'ff'.repeat(5000)}`), 'image/jpeg ?');
    assert.equal(kindOf('ffd8ffe00000'.padEnd(40, '0')), 'image/jpeg ?');
  });
});
