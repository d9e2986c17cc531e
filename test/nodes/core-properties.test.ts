// The forms of Node-RED's own MQTT nodes, of the version under test: each property that they save has its row in the table
// of the conversion.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { CORE_TYPES, PROPERTY_TABLE, type PropertyRow } from '#src/core/conversion/property-table';
import { nodeRedScript } from '../helpers/package/environment';

interface CoreDefinition {
  readonly defaults: object;
  readonly credentials?: object;
}

/** What the form of the core MQTT nodes registers, run with an editor that only takes notes. */
function coreDefinitions(): Map<string, CoreDefinition> {
  const manifest = require.resolve('@node-red/nodes/package.json', { paths: [dirname(nodeRedScript)] });
  const form = readFileSync(join(dirname(manifest), 'core/network/10-mqtt.html'), 'utf8');
  const script = /<script type="text\/javascript">(.*?)<\/script>/s.exec(form)?.[1];
  assert.ok(script !== undefined);
  const found = new Map<string, CoreDefinition>();
  const registerType = (type: string, definition: CoreDefinition): Map<string, CoreDefinition> =>
    found.set(type, definition);
  const validators = { number: () => () => true, regex: () => () => true };
  runInContext(script, createContext({ RED: { nodes: { registerType }, validators, _: (key: string) => key } }));
  return found;
}

describe("The forms of Node-RED's MQTT nodes", () => {
  const definitions = coreDefinitions();

  it('have the properties that the conversion knows', () => {
    assert.deepEqual([...definitions.keys()].sort(), [...CORE_TYPES].sort());
  });

  for (const type of CORE_TYPES) {
    it(`save no property of ${type} that is missing from the table`, () => {
      const { defaults = {}, credentials = {} } = definitions.get(type) ?? {};
      const saved = [...Object.keys(defaults), ...Object.keys(credentials).map((name) => `credentials.${name}`)];
      assert.ok(saved.length > 5);
      const rows: readonly PropertyRow[] = PROPERTY_TABLE[type].rows;
      const known = new Set(rows.flatMap(({ core }) => core));
      assert.deepEqual(
        saved.filter((name) => !known.has(name)),
        [],
      );
    });
  }
});
