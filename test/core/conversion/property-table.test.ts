// The table of properties has each setting of ours. test/nodes compares it with the forms of Node-RED.

import assert from 'node:assert/strict';
import { CORE_TYPES, PROPERTY_TABLE, type PropertyRow } from '#src/core/conversion/property-table';
import { editorDefinition } from '../../helpers/editor/editor-definitions';

describe('core/conversion/property-table', () => {
  for (const type of CORE_TYPES) {
    const { ours } = PROPERTY_TABLE[type];
    const rows: readonly PropertyRow[] = PROPERTY_TABLE[type].rows;

    it(`has each setting of ${ours}, and no other`, () => {
      const { defaults, credentials = {} } = editorDefinition(ours.replace('mqtt-flows-', ''));
      const saved = [...Object.keys(defaults), ...Object.keys(credentials).map((name) => `credentials.${name}`)];
      const named = new Set(rows.flatMap((row) => row.ours));
      named.delete('wires');
      assert.deepEqual([...named].sort(), saved.sort());
    });

    it(`has a property of ${type} in one row only`, () => {
      const named = rows.flatMap(({ core }) => core);
      assert.deepEqual([...new Set(named)], named);
    });
  }
});
