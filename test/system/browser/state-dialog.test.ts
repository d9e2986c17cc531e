// The dialog of the topic state node in the real editor: its rows and sections, what it saves, and the table of what the
// deployed node knows.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { type StateConfig, stateDefaults, stateRowDefaults } from '#src/settings/state.config';
import { accessibilityFaults } from '../../helpers/editor/accessibility';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { repository } from '../../helpers/package/environment';

const EXAMPLE = readFileSync(join(repository, 'examples/9a Alarm when a device is silent.json'), 'utf8');
const HOSTILE = '<img src=x onerror="window.hostile = true">';

describe('the dialog of the topic state', function () {
  this.timeout(300_000);
  let session: NodeRedEditor;
  let editor: EditorPage;

  before(async function () {
    session = await NodeRedEditor.start(needsChromium(this));
    const nodes = JSON.parse(EXAMPLE) as { id: string; type: string; z?: string }[];
    const device = {
      id: 'f1b0c0de0001ffff',
      type: 'inject',
      z: nodes[0]?.id,
      name: 'hostile',
      props: [{ p: 'payload' }, { p: 'topic', vt: 'str' }],
      repeat: '',
      once: true,
      onceDelay: 0.1,
      topic: `device/${HOSTILE}/temperature`,
      payload: HOSTILE,
      payloadType: 'str',
      x: 100,
      y: 460,
      wires: [[nodes.find(({ type }) => type === 'mqtt-flows-publish')?.id]],
    };
    await session.deploy([...nodes, device]);
  });

  beforeEach(async () => {
    editor = await session.open({ label: 'topic state' });
  });

  afterEach(async () => {
    editor.assertNoErrors();
    await editor.close();
  });

  after(() => session?.stop());

  function saved(): StateConfig & { outputs: number } {
    const [node] = session.saved<StateConfig & { type: string }>('mqtt-flows-state');
    assert.ok(node);
    return node;
  }

  function section(dialog: Locator, name: string): Locator {
    return dialog.locator('summary', { hasText: name });
  }

  it('shows what is needed first, and the rest folded', async () => {
    const dialog = await editor.openDialog('topic state');
    assert.ok(await dialog.getByLabel('Topic filter').first().isVisible());
    assert.equal(await dialog.getByRole('combobox', { name: 'Silent' }).inputValue(), 'time');
    assert.equal(await dialog.locator('#mqtt-flows-pace').isVisible(), false);
    for (const name of ['Changes', 'Answers', 'What is kept', 'Known topics']) await section(dialog, name).click();
    assert.ok(await dialog.locator('#mqtt-flows-pace').isVisible());
    assert.deepEqual(await accessibilityFaults(dialog.locator('#dialog-form')), []);
    await editor.cancelDialog(dialog);
  });

  it('saves what is entered, with numbers in their smallest units, and a fourth output for unknown topics', async () => {
    const dialog = await editor.openDialog('topic state');
    await dialog.getByRole('combobox', { name: 'Silent' }).selectOption('learnt');
    await dialog.getByLabel('times the usual interval').fill('5');
    await section(dialog, 'Changes').click();
    await dialog.locator('#node-input-deadband').fill('0.5');
    await dialog.locator('#node-input-deadbandType').selectOption('percent');
    await dialog.locator('#mqtt-flows-pace').fill('2');
    await dialog.locator('#mqtt-flows-pace-unit').selectOption('60000');
    await dialog.locator('#node-input-first').uncheck();
    await section(dialog, 'Answers').click();
    await dialog.locator('#node-input-answer').selectOption('object');
    await dialog.locator('#node-input-unknown').selectOption('output');
    await section(dialog, 'What is kept').click();
    await dialog.locator('#mqtt-flows-maxBytes').fill('1');
    await editor.saveDialog(dialog);
    await editor.deploy();
    const { subscriptions, ...node } = saved();
    assert.deepEqual(subscriptions, [
      {
        ...stateRowDefaults,
        filter: 'device/+name/temperature',
        qos: 1,
        silence: 'learnt',
        silentAfter: 6,
        silentTimes: 5,
      },
    ]);
    assert.deepEqual(
      [node.deadband, node.deadbandType, node.pace, node.first, node.answer, node.unknown, node.maxBytes, node.outputs],
      ['0.5', 'percent', 120_000, false, 'object', 'output', 1024 * 1024, 4],
    );
    assert.deepEqual(
      [node.change, node.changeType, node.keepType, node.maxTopics],
      ['payload', 'msg', 'none', stateDefaults.maxTopics],
    );
    const again = await editor.openDialog('topic state');
    await section(again, 'Answers').click();
    await again.locator('#node-input-unknown').selectOption('error');
    await editor.saveDialog(again);
    await editor.deploy();
    assert.equal(saved().outputs, 3);
  });

  it('says at the field what is wrong', async () => {
    const dialog = await editor.openDialog('topic state');
    await dialog.getByRole('combobox', { name: 'Silent' }).selectOption('time');
    const after = dialog.getByLabel('time without a message');
    await after.fill('0');
    await dialog.getByText(/1 s/).first().waitFor();
    await section(dialog, 'Changes').click();
    await dialog.locator('#node-input-deadband').fill('-1');
    assert.equal(await dialog.locator('#node-input-deadband').getAttribute('aria-invalid'), 'true');
    await editor.cancelDialog(dialog);
  });

  it('shows what the node knows, live, as the sidebar shows topics, and everything from devices as text', async () => {
    const dialog = await editor.openDialog('topic state');
    await section(dialog, 'Known topics').click();
    const known = dialog.locator('#mqtt-flows-state-known');
    const rows = known.getByRole('treeitem');
    const search = known.getByRole('searchbox');
    await rows.filter({ hasText: 'device/pump/temperature' }).waitFor();
    await rows.filter({ hasText: `device/${HOSTILE}/temperature` }).click();
    await known.locator('.mqtt-flows-payload', { hasText: HOSTILE }).waitFor();
    assert.equal(await editor.page.evaluate("'hostile' in window"), false);
    assert.equal(await known.locator('img').count(), 0);
    await known
      .getByRole('status')
      .getByText(/^Topics: 3;/)
      .waitFor();
    assert.deepEqual(await accessibilityFaults(known), []);
    await search.fill('device/+/temperature');
    await rows.nth(2).waitFor();
    await search.fill('TEMPERATURE boil');
    await rows.nth(1).waitFor({ state: 'detached' });
    assert.equal(await rows.locator('.mqtt-flows-topic-name').textContent(), 'device/boiler/temperature');
    assert.deepEqual(await rows.locator('mark').allTextContents(), ['boil', 'temperature']);
    // It goes on by itself: the boiler sends another value.
    const value = rows.locator('.mqtt-flows-topic-value');
    const before = await value.textContent();
    while ((await value.textContent()) === before) await editor.page.waitForTimeout(200);
    await rows.first().click();
    await known.locator('.mqtt-flows-detail-topic', { hasText: 'device/boiler/temperature' }).waitFor();
    await editor.cancelDialog(dialog);
  });
});
