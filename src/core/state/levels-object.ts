// Values as one object by the levels of their topics: `plant/a/temp` becomes `plant.a.temp`.

import { putProperty } from '../values/plain-value';

/** The name of the value of a topic that others are below. */
const OWN_VALUE = '$value';

/**
 * Levels of a topic that become objects below each other; the rest of a deeper one is one name. Node-RED copies fewer than 2,000,
 * and a value may have 1,000 of its own.
 */
const MOST_LEVELS = 200;

/** A branch of the object. A value may be an object as well, so branches are told apart by what they are made of. */
type Branch = Record<string, unknown>;

/** The object of `entries`, whose topics differ. */
export function levelsObject(entries: Iterable<{ readonly topic: string; readonly payload: unknown }>): Branch {
  const root: Branch = {};
  const branches = new WeakSet<object>([root]);
  for (const { topic, payload } of entries) {
    const names = topic.split('/');
    const last = names.splice(Math.min(names.length, MOST_LEVELS) - 1).join('/');
    let branch = root;
    for (const name of names) branch = branchAt(branch, name, branches);
    const there = own(branch, last);
    if (isBranch(there, branches)) putProperty(there, OWN_VALUE, payload);
    else putProperty(branch, last, payload);
  }
  return root;
}

function branchAt(above: Branch, name: string, branches: WeakSet<object>): Branch {
  const there = own(above, name);
  if (isBranch(there, branches)) return there;
  const branch: Branch = {};
  branches.add(branch);
  // The topic of this level has a value of its own.
  if (Object.hasOwn(above, name)) putProperty(branch, OWN_VALUE, there);
  putProperty(above, name, branch);
  return branch;
}

function isBranch(value: unknown, branches: WeakSet<object>): value is Branch {
  return typeof value === 'object' && value !== null && branches.has(value);
}

function own(branch: Branch, name: string): unknown {
  return Object.hasOwn(branch, name) ? branch[name] : undefined;
}
