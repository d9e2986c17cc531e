// Colours of text that can be read on their background.

import assert from 'node:assert/strict';
import { contrast, parseComputed, type Rgb, readableColor } from '#src/core/values/readable-color';

const ERROR: Rgb = [173, 22, 37];
const WHITE: Rgb = [255, 255, 255];
const DARK: Rgb = [30, 30, 30];
const LIGHT_TEXT: Rgb = [204, 204, 204];

describe('core/readable color', () => {
  it('knows the contrast of two colours', () => {
    assert.equal(contrast([0, 0, 0], WHITE), 21);
    assert.equal(contrast(WHITE, WHITE), 1);
    assert.equal(contrast([119, 119, 119], WHITE).toFixed(2), '4.48', 'as WCAG says');
  });

  it('leaves a colour that can be read, and mixes one that cannot with the colour of the text', () => {
    assert.deepEqual(readableColor(ERROR, WHITE, [51, 51, 51]), ERROR);
    assert.ok(contrast(ERROR, DARK) < 2.5);
    const readable = readableColor(ERROR, DARK, LIGHT_TEXT);
    assert.ok(contrast(readable, DARK) >= 4.5);
    const [red, green] = readable;
    assert.ok(red > green + 40, 'it is still red');
  });

  it('is the colour of the text where no mixture can be read', () => {
    assert.deepEqual(readableColor([60, 60, 60], [50, 50, 50], [70, 70, 70]), [70, 70, 70]);
  });

  it('reads what browsers compute', () => {
    assert.deepEqual(parseComputed('rgb(173, 22, 37)'), ERROR);
    assert.deepEqual(parseComputed('rgba(173, 22, 37, 0.5)'), ERROR);
    assert.equal(parseComputed('rgba(0, 0, 0, 0)'), undefined);
    assert.equal(parseComputed('color(srgb 1 0 0)'), undefined);
    assert.equal(parseComputed(''), undefined);
  });
});
