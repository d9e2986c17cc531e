// Runs the subjects of a comparison in turn, several times, and compares their medians. Other load on the machine then
// affects all of them alike.

import { fileURLToPath } from 'node:url';
import { Child } from './child.mjs';

function script(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** A scripted server and a Node-RED, each in a process of its own, for the time of `work(server, nodeRed)`. */
export async function withProcesses(work) {
  const server = new Child(script('server-child.mjs'));
  const nodeRed = new Child(script('node-red-child.mjs'));
  try {
    return await work(server, nodeRed);
  } finally {
    await Promise.all([server.stop(), nodeRed.stop()]);
  }
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Measures each of `subjects` (name → function that returns a figure), `rounds` times in turn; name → median. */
export async function inTurn(subjects, rounds) {
  const figures = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries(subjects)) figures[name].push(await measure());
  }
  return Object.fromEntries(Object.entries(figures).map(([name, values]) => [name, median(values)]));
}

/** One row of a table: the work, each figure, and the ratio of `subject` to each of the others. */
export function row(work, figures, subject = 'ours') {
  const rates = Object.values(figures).map((rate) => Math.round(rate).toLocaleString('en-US'));
  const ratios = pairs(Object.keys(figures), subject).map(([one, other]) => (figures[one] / figures[other]).toFixed(2));
  return `| ${[work, ...rates, ...ratios].join(' | ')} |`;
}

export function header(title, subjects, subject = 'ours') {
  const ratios = pairs(subjects, subject).map(([one, other]) => `${one} / ${other}`);
  const columns = [title, ...subjects, ...ratios];
  return `| ${columns.join(' | ')} |\n|${columns.map(() => '---').join('|')}|`;
}

/** The ratios to print: `ours` to all others, or another subject to each other. */
function pairs(subjects, subject) {
  const others = subjects.filter((name) => name !== subject);
  return others.map((name) => (subject === 'ours' ? [subject, name] : [name, subject]));
}
