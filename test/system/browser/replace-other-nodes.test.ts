// Nodes of other packages in the dialog that replaces core nodes, with a broker node chosen for those that name none; and
// the selected nodes alone.

import assert from 'node:assert/strict';
import type { FlowNode } from '#src/core/conversion/flow-node';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { otherNodes } from '../../helpers/editor/other-nodes';
import { coreBroker, coreIn, coreOut, node, tab } from '../../helpers/flows/core-flow';
import { removeUserDir } from '../../helpers/flows/node-red-process';
import { freePort } from '../../helpers/servers/free-port';
import { Mosquitto, needsMosquitto } from '../../helpers/servers/mosquitto';

function flowFor(port: number, devices: number): FlowNode[] {
  const said = (text: string): object => ({ func: `node.warn("${text}");`, outputs: 1, libs: [], wires: [[]] });
  const inject = { props: [], repeat: '1', crontab: '', once: true, onceDelay: '0.1', topic: '' };
  const as = (type: string, { broker: _, ...own }: FlowNode): FlowNode => ({ ...own, id: own.id, type });
  return [
    tab(),
    coreBroker('b', { name: 'plant', broker: '127.0.0.1', port: String(port) }),
    node('tick', 'inject', { ...inject, x: 130, y: 80, wires: [['out']] }),
    node('make', 'function', { func: 'return { payload: 1 };', outputs: 1, libs: [], x: 280, y: 80, wires: [['out']] }),
    as('ff-mqtt-out', coreOut('out', '', 'team/1', { x: 460, y: 80 })),
    as('ff-mqtt-in', coreIn('in', '', 'team/+', { x: 140, y: 140 }, ['log'])),
    node('log', 'function', { ...said('team arrived'), x: 340, y: 140 }),
    node('dyn', 'mqtt-in-dynamicsub', { broker: 'b', qos: '1', datatype: 'json', x: 140, y: 200 }),
    coreIn('core', 'b', 'core/#', { x: 140, y: 260 }),
    node('aedes', 'aedes broker', { mqtt_port: String(devices), persistence_bind: 'memory', x: 140, y: 320 }),
  ].map((each) => (each.id === 'tick' ? { ...each, wires: [['make']] } : each));
}

describe('replacing nodes of other packages in the editor', function () {
  this.timeout(300_000);
  let folder: string | undefined;
  let mosquitto: Mosquitto;
  let session: NodeRedEditor;
  let editor: EditorPage;

  before(async function () {
    needsMosquitto(this);
    const program = needsChromium(this);
    mosquitto = await Mosquitto.start();
    folder = otherNodes();
    const flow = flowFor(mosquitto.port, await freePort());
    session = await NodeRedEditor.start(program, flow, `nodesDir: ${JSON.stringify(folder)},`);
    editor = await session.open({ label: 'core/#' });
  });

  afterEach(() => editor?.assertNoErrors());

  after(async () => {
    await session?.stop();
    await mosquitto?.stop();
    if (folder !== undefined) removeUserDir(folder);
  });

  const exported = (): Promise<FlowNode[]> => editor.page.evaluate<FlowNode[]>('RED.nodes.createCompleteNodeSet()');
  const list = (): Promise<string> => editor.page.locator('.mqtt-flows-moving-list').innerText();

  async function open(action: string): Promise<void> {
    await editor.action(action);
    await editor.page.locator('.mqtt-flows-moving').waitFor();
  }

  async function press(button: 'ok' | 'cancel'): Promise<void> {
    await editor.page.locator(`#mqtt-flows-moving-${button}`).click();
    await editor.page.locator('.mqtt-flows-moving').waitFor({ state: 'detached' });
  }

  it('is for the selected ones where the action says so, to which the context menu leads', async () => {
    await editor.node('core/#').click({ button: 'right' });
    await editor.page.locator('#red-ui-workspace-context-menu').getByText('Show action list').click();
    const actions = editor.page.locator('#red-ui-actionList');
    await actions.locator('input:focus').pressSequentially('selected core');
    await actions.locator('li.selected').getByText('MQTT: replace selected core nodes…').waitFor();
    await editor.page.keyboard.press('Enter');
    await editor.page.locator('.mqtt-flows-moving').waitFor();
    assert.equal(await editor.page.getByRole('radio', { name: 'Selection (1)' }).isChecked(), true);
    await editor.screenshot('replace-selected');
    assert.doesNotMatch(await list(), /team/);
    await press('cancel');
  });

  it('asks for a broker node where they name none, and takes the one that is chosen', async () => {
    const original = JSON.stringify(await exported());
    await open('mqtt-flows:replace-core-nodes');
    assert.match(await list(), /Choose a broker node for it/);
    await editor.page.getByLabel('Broker of nodes that name none').selectOption({ label: 'plant' });
    await editor.screenshot('replace-other-nodes');
    assert.doesNotMatch(await list(), /Choose a broker node for it/);
    await press('ok');
    const after = new Map((await exported()).map((each) => [each.id, each]));
    const seen = ['b', 'out', 'in', 'dyn', 'core', 'aedes'].map((id) => [
      id,
      after.get(id)?.type,
      after.get(id)?.broker,
    ]);
    assert.deepEqual(seen, [
      ['b', 'mqtt-flows-broker', undefined],
      ['out', 'mqtt-flows-publish', 'b'],
      ['in', 'mqtt-flows-subscribe', 'b'],
      ['dyn', 'mqtt-flows-subscribe', 'b'],
      ['core', 'mqtt-flows-subscribe', 'b'],
      ['aedes', 'mqtt-flows-broker', undefined],
    ]);
    assert.equal(after.get('aedes')?.connectTo, 'embedded');
    await editor.screenshot('replace-other-nodes-done');
    await editor.action('core:undo');
    assert.equal(JSON.stringify(await exported()), original);
    await editor.action('core:redo');
  });

  it('passes messages when it is deployed', async () => {
    const printed = session.nodeRed.output.length;
    await editor.deploy();
    await session.nodeRed.waitForOutputAfter(printed, 'team arrived');
  });
});
