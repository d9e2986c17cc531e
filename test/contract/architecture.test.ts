// docs/architecture.md names every room of src/, and no other.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { repository } from '../helpers/package/environment';
import { filesBelow, readText } from '../helpers/package/package-files';

const text = readText('docs/architecture.md');

/** The rooms of each floor, from the table below its heading. */
function described(): Map<string, string[]> {
  const floors = new Map<string, string[]>();
  for (const section of text.split(/^#{2,3} /m).slice(1)) {
    const rows = [...section.matchAll(/^\| (`[^|]*`) \|/gm)].map(([, names = '']) => names);
    const rooms = rows.flatMap((names) => [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
    const [floor = ''] = /^\w+/.exec(section) ?? [];
    if (rooms.length > 0) floors.set(floor, rooms);
  }
  return floors;
}

/** The folders of a floor that hold sources. */
function roomsOf(floor: string): string[] {
  const sources = filesBelow(`src/${floor}`).filter((file) => file.endsWith('.ts'));
  return [...new Set(sources.map((file) => posix.dirname(file)))].filter((folder) => folder !== '.').sort();
}

describe('docs/architecture.md', () => {
  const floors = described();

  it('describes the floors that have rooms', () => {
    const all = [...new Set(filesBelow('src').map((file) => file.split('/')[0] ?? ''))];
    assert.deepEqual(
      [...floors.keys()].sort(),
      all.filter((floor) => floor !== 'locales' && roomsOf(floor).length > 0),
    );
  });

  for (const [floor, rooms] of floors) {
    it(`names the rooms of ${floor}`, () => {
      assert.deepEqual([...rooms].sort(), roomsOf(floor));
    });
  }

  it('draws messages through rooms and nodes that exist', () => {
    const places = [...text.matchAll(/^ +participant \w+ as ([\w-]+\/[\w-]+)$/gm)].map(([, place = '']) => place);
    assert.ok(places.length > 8);
    const missing = places.filter(
      (place) => !['', '.ts'].some((end) => existsSync(join(repository, `src/${place}${end}`))),
    );
    assert.deepEqual(missing, []);
  });
});
