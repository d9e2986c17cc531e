// The gallery of examples and its pictures are what they would be if they were made now.

import assert from 'node:assert/strict';
import { galleryFiles } from '../helpers/gallery/page';
import { filesBelow, readText } from '../helpers/package/package-files';

describe('The page docs/gallery.md', () => {
  it('is current, and so are its pictures; npm run docs writes them', () => {
    for (const { path, text } of galleryFiles()) assert.equal(readText(`docs/${path}`), text, path);
  });

  it('has no picture that belongs to no example', () => {
    const pictures = galleryFiles().map(({ path }) => path);
    for (const file of filesBelow('docs/images/gallery')) assert.ok(pictures.includes(`images/gallery/${file}`), file);
  });

  it('has small pictures', () => {
    for (const { path, text } of galleryFiles().slice(1)) assert.ok(text.length < 30_000, path);
  });
});
