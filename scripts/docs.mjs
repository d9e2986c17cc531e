// `npm run docs`: writes the pages that are made of what the tests know: docs/moving-in.md, docs/gallery.md with its
// pictures, and docs/errors.md. Their parts are those of the tests, as they are built.

import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const docs = resolve(dirname(fileURLToPath(import.meta.url)), '../docs');
const require = createRequire(import.meta.url);
const part = (name) => require(resolve(docs, `../build/test/helpers/${name}.js`));

function write(path, text) {
  mkdirSync(dirname(resolve(docs, path)), { recursive: true });
  writeFileSync(resolve(docs, path), text);
}

write('moving-in.md', part('moving-in/page').movingInPage());
write('errors.md', part('errors/page').errorsPage());
for (const { path, text } of part('gallery/page').galleryFiles()) write(path, text);
