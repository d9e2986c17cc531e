// The rules and topics of the router's benchmarks: a plant with as many machines as there are rules.

const topicOf = (machine, quantity) => `plant/line${machine % 100}/machine${machine}/${quantity}`;

/** Each kind of rule: the filter of rule `i`, and whether a reading matches none of the rules. */
export const KINDS = {
  exact: { filter: (i) => topicOf(i, 'temperature') },
  '+': { filter: (i) => `plant/+line/machine${i}/+quantity` },
  '#': { filter: (i) => `plant/line${i % 100}/machine${i}/#rest` },
  overlapping: { filter: overlapping },
  'no match': { filter: (i) => `plant/+line/machine${i}/temperature`, unknown: true },
};

/** Two rules that match everything, and then three for each machine. */
function overlapping(i) {
  if (i < 2) return ['#', 'plant/+line/+machine/temperature'][i];
  const machine = Math.floor(i / 3);
  const line = machine % 100;
  return [
    `plant/line${line}/machine${machine}/temperature`,
    `plant/+/machine${machine}/#`,
    `plant/line${line}/machine${machine}/+`,
  ][i % 3];
}

export function filtersOf(kind, count) {
  return Array.from({ length: count }, (_, i) => KINDS[kind].filter(i));
}

/** Readings of machines all over the plant, in an order that looks random and is the same in every run. */
export function topicsOf(kind, count, number) {
  const machines = kind === 'overlapping' ? Math.ceil(count / 3) : count;
  const quantity = KINDS[kind].unknown ? 'pressure' : 'temperature';
  const machine = (i) => (Math.imul(i + 1, 0x9e3779b1) >>> 0) % machines;
  return Array.from({ length: number }, (_, i) => topicOf(machine(i), quantity));
}

/** The regular expression of a Switch node for a filter. */
export function regexOf(filter) {
  const levels = filter.split('/').map((level) => {
    if (level.startsWith('+')) return '[^/]*';
    return level.startsWith('#') ? '.*' : level.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  const source = levels.join('/').replace(/(^|\/)\.\*$/, (_all, slash) => (slash ? '(/.*)?' : '[^$].*'));
  return `^${source}$`;
}
