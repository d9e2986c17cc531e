// The imports of src/: they point down from floor to floor, and run in no circle between files or rooms.

import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { filesBelow, readText } from '../helpers/package/package-files';

/** Every floor, and the floors that it may import from. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  core: [],
  settings: ['core'],
  command: ['core'],
  broker: ['core'],
  transport: ['broker', 'core'],
  connection: ['transport', 'core'],
  runtime: ['connection', 'transport', 'broker', 'settings', 'core'],
  editor: ['settings', 'core'],
  nodes: ['runtime', 'connection', 'transport', 'broker', 'settings', 'core', 'editor'],
  plugins: ['runtime', 'connection', 'transport', 'broker', 'settings', 'core', 'editor'],
};

/** The static, dynamic and type imports of a file below src/, by their paths below src/. */
function importsOf(file: string): string[] {
  const text = readText(`src/${file}`);
  const names = [...text.matchAll(/(?:\bfrom |\bimport\()'(\.[^']+)'/g)].map(([, name = '']) => name);
  return names.map((name) => posix.join(posix.dirname(file), name));
}

/** The room of a file: its folder on the floor, with the rooms inside; a file beside the rooms is one of its own. */
function roomOf(file: string): string {
  const [floor = '', room = ''] = file.split('/');
  return `${floor}/${room.replace(/\.ts$/, '')}`;
}

/** A circle of `arrows` as the list of what it passes, or nothing. */
function circle(arrows: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const done = new Set<string>();
  const follow = (name: string, way: readonly string[]): string[] => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    if (done.has(name)) return [];
    for (const next of arrows.get(name) ?? []) {
      const found = follow(next, [...way, name]);
      if (found.length > 0) return found;
    }
    done.add(name);
    return [];
  };
  for (const name of arrows.keys()) {
    const found = follow(name, []);
    if (found.length > 0) return found;
  }
  return [];
}

function arrowsBetween(nameOf: (file: string) => string): Map<string, Set<string>> {
  const arrows = new Map<string, Set<string>>();
  for (const file of sources) {
    const from = nameOf(file);
    const targets = arrows.get(from) ?? new Set();
    arrows.set(from, targets);
    for (const target of importsOf(file)) if (nameOf(target) !== from) targets.add(nameOf(target));
  }
  return arrows;
}

const sources = filesBelow('src').filter((file) => file.endsWith('.ts'));

describe('The imports of src', () => {
  it('are found', () => {
    assert.ok(sources.flatMap(importsOf).length > 500);
    assert.deepEqual([...new Set(sources.map((file) => file.split('/')[0]))].sort(), Object.keys(BELOW).sort());
  });

  for (const [floor, below] of Object.entries(BELOW)) {
    it(`of ${floor} stay there or point down to ${below.join(', ') || 'nothing'}`, () => {
      const wrong: string[] = [];
      for (const file of sources.filter((source) => source.startsWith(`${floor}/`))) {
        for (const target of importsOf(file)) {
          const [other = ''] = target.split('/');
          if (other !== floor && !below.includes(other)) wrong.push(`${file} -> ${target}`);
        }
      }
      assert.deepEqual(wrong, []);
    });
  }

  it('run in no circle between files', () => {
    assert.deepEqual(circle(arrowsBetween((file) => file.replace(/\.d$|(\.d)?\.ts$/, ''))), []);
  });

  it('run in no circle between rooms', () => {
    assert.deepEqual(circle(arrowsBetween((file) => roomOf(file))), []);
  });
});
