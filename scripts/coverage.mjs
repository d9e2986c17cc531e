// Prints how much of each floor the tests have covered, from what c8 has written; .c8rc.json says of which floors, and how
// much it must be in all.

import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';

const KINDS = ['lines', 'branches', 'functions'];

/** @param {string} root The repository, in which c8 has run. */
export function printCoverage(root) {
  const files = JSON.parse(readFileSync(`${root}/build/coverage/coverage-summary.json`, 'utf8'));
  const floors = new Map();
  for (const [path, figures] of Object.entries(files)) {
    if (path === 'total') continue;
    const [, floor] = relative(root, path).split(sep);
    const sums = floors.get(floor) ?? KINDS.map(() => ({ covered: 0, total: 0 }));
    floors.set(floor, sums);
    KINDS.forEach((kind, index) => {
      sums[index].covered += figures[kind].covered;
      sums[index].total += figures[kind].total;
    });
  }
  console.log(`coverage    ${KINDS.map((kind) => kind.padStart(10)).join('')}`);
  for (const [floor, sums] of [...floors].sort()) {
    const shares = sums.map(({ covered, total }) => `${((covered / total) * 100).toFixed(2)} %`.padStart(10));
    console.log(`${floor.padEnd(12)}${shares.join('')}`);
  }
  console.log();
}
