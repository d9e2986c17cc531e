// `npm run docs`: writes docs/moving-in.md. Its parts are those of the tests, as they are built.

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const { movingInPage } = createRequire(import.meta.url)(resolve(root, 'build/test/helpers/moving-in/page.js'));
writeFileSync(resolve(root, 'docs/moving-in.md'), movingInPage());
