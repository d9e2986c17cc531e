// Nodes of other packages as Node-RED knows them: the types that the conversion takes, with the properties that its table has.
// They do nothing; the tests look at what becomes of them.

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FOREIGN_TYPES } from '#src/core/conversion/foreign-nodes';

/** Writes them into a new folder for Node-RED's setting `nodesDir`. The caller removes it. */
export function otherNodes(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-nodes-'));
  for (const [index, [type, { like, rows }]] of Object.entries(FOREIGN_TYPES).entries()) {
    const saved = rows.map(({ theirs }) => theirs).filter((name) => !name.startsWith('credentials.'));
    const defaults = Object.fromEntries(saved.map((name) => [name, { value: '' }]));
    const broker = 'broker' in defaults ? { broker: { type: 'mqtt-broker', required: true } } : {};
    const definition = {
      category: 'network',
      color: '#d8bfd8',
      defaults: { ...defaults, ...broker },
      inputs: like === 'mqtt out' ? 1 : 0,
      outputs: like === 'mqtt out' ? 0 : 1,
    };
    const name = JSON.stringify(type);
    const script = `RED.nodes.registerType(${name}, ${JSON.stringify(definition)});`;
    const form = `<script type="text/html" data-template-name=${name}></script>`;
    writeFileSync(join(folder, `other-${index}.html`), `<script type="text/javascript">${script}</script>${form}`);
    writeFileSync(
      join(folder, `other-${index}.js`),
      `module.exports = (RED) => RED.nodes.registerType(${name}, function (n) { RED.nodes.createNode(this, n); });`,
    );
  }
  return folder;
}
