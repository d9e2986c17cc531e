// `npm run bench -- matcher`: topics per second of CPU time of the router's matcher alone, against others, each in its own process.

import { fileURLToPath } from 'node:url';
import { Child } from './child.mjs';
import { header, median, row } from './compare.mjs';
import { KINDS } from './router-rules.mjs';

const SUBJECTS = ['linear', 'mqtt-pattern', 'qlobber', 'ours'];
const COUNTS = [10, 1_000, 100_000];

async function measureOnce(matcher, rules, count, ms) {
  const child = new Child(fileURLToPath(new URL('router-matcher-child.mjs', import.meta.url)));
  try {
    return await child.ask('measure', { matcher, rules, count, ms });
  } finally {
    await child.stop();
  }
}

function medians(measures) {
  const of = (name) => median(measures.map((measure) => measure[name]));
  return { rate: of('rate'), bytes: of('bytes'), built: of('built'), found: of('found') };
}

/** Prints a line for each kind and number of rules; see run.mjs for the options. */
export async function matcher({ rounds, only, duration }) {
  console.log(header('matcher, topics per CPU second', SUBJECTS));
  const sizes = [];
  for (const rules of Object.keys(KINDS)) {
    for (const count of COUNTS) {
      const name = `${rules}, ${count.toLocaleString('en-US')} rules`;
      if (!name.includes(only)) continue;
      const measures = Object.fromEntries(SUBJECTS.map((subject) => [subject, []]));
      for (let round = 0; round < rounds; round++) {
        for (const subject of SUBJECTS) measures[subject].push(await measureOnce(subject, rules, count, duration / 4));
      }
      const figures = Object.fromEntries(SUBJECTS.map((subject) => [subject, medians(measures[subject])]));
      console.log(row(name, Object.fromEntries(SUBJECTS.map((subject) => [subject, figures[subject].rate]))));
      if (count === COUNTS.at(-1)) sizes.push({ rules, ...figures });
    }
  }
  console.log(
    '\n| 100,000 rules | built by ours, ms | by qlobber, ms | ours, B per rule | qlobber, B per rule |\n|---|---|---|---|---|',
  );
  for (const { rules, ours, qlobber } of sizes) {
    const cells = [ours.built, qlobber.built, ours.bytes, qlobber.bytes].map((figure) => Math.round(figure));
    console.log(`| ${[rules, ...cells].join(' | ')} |`);
  }
}
