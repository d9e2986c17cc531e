// Replacing core nodes in the real editor: a flow with all that has to survive is replaced in one step, deployed, passes
// messages, and is as it was after one undo.

import assert from 'node:assert/strict';
import type { FlowNode } from '#src/core/conversion/flow-node';
import { accessibilityFaults } from '../../helpers/editor/accessibility';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { HeldRequests } from '../../helpers/editor/held-requests';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { coreBroker, coreIn, coreOut, node, tab } from '../../helpers/flows/core-flow';
import { Mosquitto, needsMosquitto } from '../../helpers/servers/mosquitto';

const USER = 'user-known-to-nobody';
const PASSWORD = 'password-known-to-nobody';
const REPLACE = 'mqtt-flows:replace-core-nodes';
const PUT_BACK = 'mqtt-flows:put-core-nodes-back';

interface Ports {
  readonly open: number;
  readonly secret: number;
}

/** Two brokers, one with a password; a subflow, a group, disabled nodes, scopes, links between flows, a locked flow. */
function flowFor({ open, secret }: Ports): object[] {
  const broker = (id: string, port: number): FlowNode => coreBroker(id, { broker: '127.0.0.1', port: String(port) });
  const inject = { props: [], repeat: '1', crontab: '', once: true, onceDelay: '0.1', topic: '' };
  const said = (text: string): object => ({ func: `node.warn("${text}");`, outputs: 1, libs: [], wires: [[]] });
  return [
    tab(),
    tab('tab2', { label: 'Locked', locked: true }),
    tab('tab3', { label: 'Linked' }),
    { id: 'sf', type: 'subflow', name: 'Room', info: '', in: [], out: [], env: [], meta: {}, color: '#DDAA99' },
    {
      id: 'g',
      type: 'group',
      z: 'tab',
      name: 'Lights',
      style: { label: true },
      nodes: ['in'],
      x: 34,
      y: 39,
      w: 212,
      h: 82,
    },
    broker('open', open),
    { ...broker('secret', secret), credentials: { user: USER, password: PASSWORD } },
    broker('foreign', open),
    node('tick', 'inject', { ...inject, x: 130, y: 180, wires: [['make']] }),
    node('make', 'function', {
      func: 'return { payload: { n: 1 }, qos: 1 };',
      outputs: 1,
      libs: [],
      x: 280,
      y: 180,
      wires: [['out', 'sout']],
    }),
    coreOut('out', 'open', 'lights/{{1}}', { x: 460, y: 180 }),
    coreOut('sout', 'secret', 'room/1', { x: 460, y: 240 }),
    coreIn('in', 'open', 'lights/+', { g: 'g', x: 140, y: 80, datatype: 'auto', info: 'about lights' }, ['log', 'to']),
    node('log', 'function', { ...said('lights arrived'), x: 340, y: 80 }),
    coreIn('off', 'open', 'never', { d: true, x: 140, y: 300 }, []),
    node('catch', 'catch', { scope: ['in', 'out'], uncaught: false, x: 140, y: 360, wires: [[]] }),
    node('status', 'status', { scope: ['in'], x: 300, y: 360, wires: [[]] }),
    node('complete', 'complete', { scope: ['out'], uncaught: false, x: 460, y: 360, wires: [[]] }),
    node('to', 'link out', { mode: 'link', links: ['from'], x: 505, y: 80, wires: [] }),
    node('from', 'link in', { z: 'tab3', links: ['to'], x: 45, y: 80, wires: [['linked']] }),
    coreOut('linked', 'open', 'linked', { z: 'tab3', x: 240, y: 80 }),
    node('i', 'subflow:sf', { x: 140, y: 420, wires: [] }),
    coreIn('sin', 'secret', 'room/+', { z: 'sf', x: 140, y: 80 }, ['slog']),
    node('slog', 'function', { ...said('room arrived'), z: 'sf', x: 340, y: 80 }),
    coreIn('locked', 'foreign', 'locked', { z: 'tab2', x: 140, y: 80 }, []),
    coreIn('shared', 'foreign', 'shared', { x: 140, y: 480 }, []),
  ];
}

describe('replacing core nodes in the editor', function () {
  this.timeout(300_000);
  let servers: Mosquitto[] = [];
  let session: NodeRedEditor;
  let editor: EditorPage;
  let original: FlowNode[];

  before(async function () {
    needsMosquitto(this);
    const program = needsChromium(this);
    servers = [await Mosquitto.start(), await Mosquitto.start({ users: { [USER]: PASSWORD } })];
    const [open, secret] = servers.map(({ port }) => port);
    session = await NodeRedEditor.start(program);
    await session.deploy(flowFor({ open: open ?? 0, secret: secret ?? 0 }));
    editor = await session.open({ label: 'lights/+' });
    original = await exported();
  });

  afterEach(() => editor?.assertNoErrors());

  after(async () => {
    await session?.stop();
    for (const server of servers) await server.stop();
  });

  function exported(): Promise<FlowNode[]> {
    return editor.page.evaluate<FlowNode[]>('RED.nodes.createCompleteNodeSet()');
  }

  async function open(action: string): Promise<void> {
    await editor.action(action);
    await editor.page.locator('.mqtt-flows-moving').waitFor();
  }

  async function press(button: 'ok' | 'cancel'): Promise<void> {
    await editor.page.locator(`#mqtt-flows-moving-${button}`).click();
    await editor.page.locator('.mqtt-flows-moving').waitFor({ state: 'detached' });
  }

  function types(flow: readonly FlowNode[]): Record<string, string> {
    return Object.fromEntries(flow.map(({ id, type }) => [id, type]));
  }

  it('is offered by a quiet line in the sidebar', async () => {
    await editor.action('mqtt-flows:show-topics-tab');
    const line = editor.page.locator('.mqtt-flows-offer');
    await line.getByText('Core MQTT nodes here: 8.').waitFor();
    await editor.screenshot('replace-offer');
    await line.getByText('Replace them…').click();
    await editor.page.locator('.mqtt-flows-moving').waitFor();
  });

  it('lists each node with what there is to say, and changes nothing before it is told to', async () => {
    const list = editor.page.locator('.mqtt-flows-moving-list');
    await editor.screenshot('replace-dialog');
    const text = await list.innerText();
    assert.match(text, /The flow is locked\. Unlock it first\./);
    assert.match(text, /Nodes that are not replaced still use the old broker node: 1\./);
    assert.deepEqual(await accessibilityFaults(editor.page.locator('.ui-dialog:visible')), []);
    await editor.page.getByText('This flow', { exact: true }).click();
    assert.doesNotMatch(await list.innerText(), /The flow is locked/);
    await press('cancel');
    assert.deepEqual(await exported(), original);
    assert.equal(await editor.changed(), false);
  });

  it('replaces all of it in one step, and keeps what belongs to the nodes', async () => {
    await open(REPLACE);
    await press('ok');
    const after = await exported();
    const { open: first, secret, foreign, in: subscribe, out, sin, locked, shared } = types(after);
    assert.deepEqual([first, secret, foreign], ['mqtt-flows-broker', 'mqtt-flows-broker', 'mqtt-broker']);
    assert.deepEqual([subscribe, sin, shared], Array(3).fill('mqtt-flows-subscribe'));
    assert.deepEqual([out, locked], ['mqtt-flows-publish', 'mqtt in']);
    for (const old of original) {
      const now = after.find(({ id }) => id === old.id);
      for (const name of ['z', 'g', 'd', 'x', 'y', 'scope', 'links', 'nodes', 'info'])
        assert.deepEqual(now?.[name], old[name], name);
      if (old.type !== 'mqtt out') assert.deepEqual(now?.wires, old.wires);
    }
    assert.deepEqual(
      await editor.page.evaluate('RED.nodes.filterNodes({}).filter((n) => !n.valid).map((n) => n.id)'),
      [],
    );
    assert.equal(await editor.changed(), true);
    await editor.screenshot('replace-done');
  });

  it('is as it was before after one undo, and replaced again after one redo', async () => {
    const replaced = await exported();
    await editor.action('core:undo');
    assert.equal(JSON.stringify(await exported()), JSON.stringify(original));
    assert.equal(await editor.changed(), false);
    await editor.action('core:redo');
    assert.equal(JSON.stringify(await exported()), JSON.stringify(replaced));
  });

  it('passes messages when it is deployed, with the credentials of the core nodes', async () => {
    const printed = session.nodeRed.output.length;
    await editor.deploy();
    await session.nodeRed.waitForOutputAfter(printed, 'lights arrived');
    await session.nodeRed.waitForOutputAfter(printed, 'room arrived');
    assert.equal(session.saved('mqtt-flows-publish').length, 3);
  });

  it('shows the user name in the dialog of the broker node', async () => {
    const dialog = await editor.openDialog('room/1');
    const broker = await editor.openBrokerDialog();
    assert.equal(await broker.locator('#node-config-input-username').inputValue(), USER);
    assert.equal(await broker.locator('#node-config-input-password').inputValue(), '__PWRD__');
    await editor.cancelDialog(broker);
    await editor.cancelDialog(dialog);
  });

  it('can be undone and deployed afterwards too', async () => {
    await editor.action('core:undo');
    assert.equal(JSON.stringify(await exported()), JSON.stringify(original));
    const printed = session.nodeRed.output.length;
    await editor.deploy();
    await session.nodeRed.waitForOutputAfter(printed, 'lights arrived');
    await session.nodeRed.waitForOutputAfter(printed, 'room arrived');
  });

  it('puts core nodes back, which then work, also with a user name that was saved as ours', async () => {
    await open(REPLACE);
    await press('ok');
    const dialog = await editor.openDialog('room/1');
    const broker = await editor.openBrokerDialog();
    await editor.saveDialog(broker);
    await editor.saveDialog(dialog);
    await editor.deploy();
    const names = await HeldRequests.of(editor.page, '**/credentials/mqtt-flows-broker/*');
    await names.while(() => editor.action(PUT_BACK));
    // A second time, and an edit, while it asks for user names.
    await editor.action(PUT_BACK);
    await editor.page.evaluate(
      `RED.nodes.import([{ id: 'pasted', type: 'comment', z: 'tab', x: 300, y: 540, wires: [] }])`,
    );
    names.release();
    await editor.page.locator('.mqtt-flows-moving').waitFor();
    await editor.screenshot('replace-back-dialog');
    await press('ok');
    await editor.page.getByText(/^Nodes put back: \d+\. One undo takes it back\.$/).waitFor();
    const { open: first, secret, in: subscribe, out, pasted } = types(await exported());
    assert.equal(pasted, 'comment');
    assert.deepEqual([first, secret, subscribe, out], ['mqtt-broker', 'mqtt-broker', 'mqtt in', 'mqtt out']);
    const printed = session.nodeRed.output.length;
    await editor.deploy();
    await session.nodeRed.waitForOutputAfter(printed, 'lights arrived');
    await session.nodeRed.waitForOutputAfter(printed, 'room arrived');
  });

  it('is in the list of actions, where it can get a shortcut', async () => {
    const actions = await editor.page.evaluate<{ id: string; label?: string }[]>('RED.actions.list()');
    for (const id of [REPLACE, PUT_BACK]) {
      assert.match(actions.find((action) => action.id === id)?.label ?? '', /^MQTT: /);
    }
    assert.equal(await editor.page.locator('#menu-item-mqtt-flows-replace-core-nodes').count(), 1);
  });

  it('speaks German', async () => {
    const german = await session.open({ locale: 'de' });
    await german.action(REPLACE);
    await german.page.locator('.mqtt-flows-moving').waitFor();
    await german.screenshot('replace-dialog-de');
    await german.page.getByRole('button', { name: 'Ersetzen', exact: true }).waitFor();
  });
});
