// What the broker dialog shows of the deployed outbox, and how a user clears it.

import assert from 'node:assert/strict';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { publishNodes, serverNode } from '../../helpers/flows/flow-nodes';
import { freePort } from '../../helpers/servers/free-port';

const SEND = 'for (let n = 0; n < 3; n++) node.send({ topic: "plant/line", payload: n });';

describe('the outbox in the broker dialog', function () {
  this.timeout(120_000);
  let session: NodeRedEditor;
  let editor: EditorPage;

  before(async function () {
    const chromium = needsChromium(this);
    const place = { z: 'tab1', x: 200, y: 100 };
    const [publish] = publishNodes('pub', 'away', { name: 'publish' });
    const flow = [
      { id: 'tab1', type: 'tab', label: 'Plant' },
      serverNode('away', await freePort(), { reconnect: { minDelay: 1000, maxDelay: 1000 } }),
      { ...place, id: 'start', type: 'inject', props: [], once: true, onceDelay: 0.1, wires: [['send']] },
      { ...place, id: 'send', type: 'function', func: SEND, outputs: 1, x: 400, wires: [['pub']] },
      { ...publish, ...place, x: 600, wires: [[]] },
    ];
    session = await NodeRedEditor.start(chromium, flow);
    editor = await session.open();
  });

  after(() => session?.stop());

  it('says what waits, asks before it clears, and clears', async () => {
    await editor.openDialog('publish');
    const broker = await editor.openBrokerDialog();
    await broker.getByRole('tab', { name: 'Outbox' }).click();
    await broker.getByText('3 messages (1 kB) wait in the deployed outbox').waitFor();
    await editor.screenshot('outbox');
    await broker.getByRole('button', { name: 'Clear', exact: true }).click();
    await broker.getByText('3 messages (1 kB) wait in the deployed outbox').waitFor();
    await broker.getByRole('button', { name: 'Really clear?' }).click();
    await broker.getByText('Nothing waits in the deployed outbox').waitFor();
    assert.equal(await broker.getByRole('button', { name: 'Clear', exact: true }).isVisible(), false);
    await session.nodeRed.waitForOutput('Outbox cleared in the editor; messages taken out: 3');
    editor.assertNoErrors();
  });
});
