// Values as one object by the levels of their topics: `plant/a/temp` becomes `plant.a.temp`.

/** The name of the value of a topic that others are below. */
export const OWN_VALUE = '$value';

/** A branch of the object. A value may be an object as well, so branches are told apart by what they are made of. */
type Branch = Record<string, unknown>;

/** The object of `entries`, whose topics differ. */
export function levelsObject(entries: Iterable<{ readonly topic: string; readonly payload: unknown }>): Branch {
  const root: Branch = {};
  const branches = new WeakSet<object>([root]);
  for (const { topic, payload } of entries) {
    const names = topic.split('/');
    const last = names.pop() ?? '';
    let branch = root;
    for (const name of names) branch = branchAt(branch, name, branches);
    const there = own(branch, last);
    if (isBranch(there, branches)) put(there, OWN_VALUE, payload);
    else put(branch, last, payload);
  }
  return root;
}

function branchAt(above: Branch, name: string, branches: WeakSet<object>): Branch {
  const there = own(above, name);
  if (isBranch(there, branches)) return there;
  const branch: Branch = {};
  branches.add(branch);
  // The topic of this level has a value of its own.
  if (Object.hasOwn(above, name)) put(branch, OWN_VALUE, there);
  put(above, name, branch);
  return branch;
}

function isBranch(value: unknown, branches: WeakSet<object>): value is Branch {
  return typeof value === 'object' && value !== null && branches.has(value);
}

function own(branch: Branch, name: string): unknown {
  return Object.hasOwn(branch, name) ? branch[name] : undefined;
}

/** A level may be called `__proto__`, which an assignment would take for something else. */
function put(branch: Branch, name: string, value: unknown): void {
  if (name !== '__proto__') branch[name] = value;
  else Object.defineProperty(branch, name, { value, enumerable: true, configurable: true, writable: true });
}
