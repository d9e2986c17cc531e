// The dialog of the router in the real editor: trying a topic, moving rules, conditions and counts.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import type { RouterConfig } from '#src/settings/router.config';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { repository } from '../../helpers/package/environment';

interface SavedRouter extends RouterConfig {
  readonly type: string;
  readonly wires: readonly (readonly string[])[];
}

const EXAMPLE = readFileSync(join(repository, 'examples/7 Routes from messages.json'), 'utf8');
const HOSTILE = '<img src=x onerror="window.hostile = true">';

/** The rules of an old flow, saved before there were conditions. */
const RULES = [
  { filter: 'plant/+line/#rest', topic: 'line/{{params.line}}/{{topic.2}}' },
  { filter: 'plant/#', topic: 'report/{{payload.id}}' },
  { filter: 'hall/+door', topic: '' },
];

describe('the dialog of the router', function () {
  this.timeout(300_000);
  let session: NodeRedEditor;
  let editor: EditorPage;

  before(async function () {
    session = await NodeRedEditor.start(needsChromium(this));
  });

  beforeEach(async () => {
    const nodes = JSON.parse(EXAMPLE) as { id: string; type: string }[];
    const [alarm, route, otherwise] = nodes.filter(({ type }) => type === 'debug').map(({ id }) => id);
    const flow = nodes.map((node) =>
      node.type === 'mqtt-flows-router'
        ? {
            id: node.id,
            type: node.type,
            z: nodes[0]?.id,
            x: 410,
            y: 220,
            rules: RULES,
            // As if it were missing.
            otherwise: null,
            outputs: 4,
            wires: [[alarm], [route], [otherwise], []],
          }
        : node,
    );
    await session.deploy(flow);
    editor = await session.open({ label: 'topic router' });
  });

  afterEach(async () => {
    editor.assertNoErrors();
    await editor.close();
  });

  after(() => session?.stop());

  function saved(): SavedRouter {
    const [router] = session.saved<SavedRouter>('mqtt-flows-router');
    assert.ok(router);
    return router;
  }

  async function tried(dialog: Locator, topic: string): Promise<string[]> {
    await dialog.getByRole('textbox', { name: 'Try a topic' }).fill(topic);
    return dialog.locator('.mqtt-flows-trial > div').allTextContents();
  }

  it('tries a topic on the rules as they stand', async () => {
    const dialog = await editor.openDialog('topic router');
    assert.deepEqual(await tried(dialog, 'plant/7/press'), [
      '1. plant/+line/#rest · line = "7" · rest = "press" · new topic: line/7/press',
      '2. plant/# · the new topic needs payload.id',
    ]);
    await editor.screenshot('dialog-router-trial');
    assert.deepEqual(await tried(dialog, 'garden'), ['No rule takes it.']);
    await dialog.getByRole('textbox', { name: 'Topic filter' }).last().fill('+any');
    assert.deepEqual(await tried(dialog, 'garden'), ['3. +any · any = "garden"']);
    await dialog.locator('#node-input-match').selectOption('first');
    assert.equal((await tried(dialog, 'plant/7/press')).length, 1);
    await editor.cancelDialog(dialog);
  });

  it('shows topics and filters as text, whatever they contain', async () => {
    const dialog = await editor.openDialog('topic router');
    await dialog
      .getByRole('textbox', { name: 'Topic filter' })
      .last()
      .fill(`+any/${HOSTILE.replaceAll('/', '')}`);
    const [line = ''] = await tried(dialog, `${HOSTILE}/${HOSTILE}`);
    assert.ok(line.includes('<img src=x'), line);
    assert.equal(await editor.page.evaluate('window.hostile'), undefined);
    await editor.cancelDialog(dialog);
  });

  it('labels each output with the filter of its rule', async () => {
    const outputs = editor.node('topic router').locator('.red-ui-flow-port-output');
    const tooltip = editor.page.locator('text.red-ui-flow-port-tooltip-label');
    for (const [index, label] of [...RULES.map(({ filter }) => filter), 'otherwise'].entries()) {
      await outputs.nth(index).hover();
      await tooltip.getByText(label, { exact: true }).waitFor();
    }
  });

  it('moving a rule takes its wires along', async () => {
    const before = saved().wires;
    // All rules are in view, as the mouse needs them.
    await editor.page.setViewportSize({ width: 1400, height: 1300 });
    const dialog = await editor.openDialog('topic router');
    const handles = dialog.locator('#mqtt-flows-rules .red-ui-editableList-item-handle');
    const { mouse } = editor.page;
    // Waits until nothing moves and the handle is what the mouse would hit: the rows are laid out after the dialog.
    await handles.nth(2).hover();
    const to = await handles.nth(0).boundingBox();
    assert.ok(to);
    await mouse.down();
    await mouse.move(to.x + 5, to.y + 20, { steps: 15 });
    await mouse.move(to.x + 5, to.y - 60, { steps: 15 });
    await mouse.up();
    await editor.saveDialog(dialog);
    await editor.deploy();
    const { rules, wires } = saved();
    assert.deepEqual(
      rules.map(({ filter }) => filter),
      ['hall/+door', 'plant/+line/#rest', 'plant/#'],
    );
    assert.deepEqual(wires, [before[2], before[0], before[1], before[3]]);
  });

  it('a rule is moved by keyboard, with its wires', async () => {
    const before = saved().wires;
    const dialog = await editor.openDialog('topic router');
    assert.equal((await tried(dialog, 'plant/7/press')).length, 2);
    await dialog.getByRole('textbox', { name: 'Topic filter' }).first().focus();
    await editor.page.keyboard.press('Alt+ArrowDown');
    const lines = await dialog.locator('.mqtt-flows-trial > div').allTextContents();
    assert.match(lines[0] ?? '', /^1\. plant\/# /);
    await editor.page.keyboard.press('Alt+ArrowDown');
    await editor.page.keyboard.press('Alt+ArrowDown');
    const focused = dialog.locator('input:focus');
    assert.equal(await focused.inputValue(), 'plant/+line/#rest', 'the last row stays, and keeps the focus');
    await editor.saveDialog(dialog);
    await editor.deploy();
    const { rules, wires } = saved();
    assert.deepEqual(
      rules.map(({ filter }) => filter),
      ['plant/#', 'hall/+door', 'plant/+line/#rest'],
    );
    assert.deepEqual(wires, [before[1], before[2], before[0], before[3]]);
  });

  it('removing a rule takes its wires away, and leaves those of the others', async () => {
    const before = saved().wires;
    const dialog = await editor.openDialog('topic router');
    await dialog.locator('#mqtt-flows-rules .red-ui-editableList-item-remove').nth(1).click();
    assert.equal((await tried(dialog, 'plant/7/press')).length, 1, 'it is tried no more');
    await editor.saveDialog(dialog);
    await editor.deploy();
    const { rules, wires, outputs } = saved();
    assert.deepEqual(
      rules.map(({ filter }) => filter),
      ['plant/+line/#rest', 'hall/+door'],
    );
    assert.deepEqual([outputs, wires], [3, [before[0], before[2], before[3]]]);
  });

  it('keeps conditions, data and where routes are kept; the output of routes comes before the last one', async () => {
    const before = saved().wires;
    const dialog = await editor.openDialog('topic router');
    await dialog.getByText('Conditions and data').first().click();
    await dialog.getByRole('combobox', { name: 'Retained' }).selectOption('live');
    await dialog.getByRole('combobox', { name: 'QoS', exact: true }).selectOption('1');
    await editor.screenshot('dialog-router-conditions');
    await editor.chooseType(dialog.locator('#mqtt-flows-rules .red-ui-typedInput-container').first(), 'expression');
    const typed = dialog.locator('#mqtt-flows-rules .red-ui-typedInput-container input[type=text]:visible');
    const fill = async (index: number, text: string): Promise<void> => {
      await typed.nth(index).fill(text);
      await typed.nth(index).press('Tab');
    };
    await fill(0, 'payload > (');
    assert.equal(await dialog.locator('#mqtt-flows-rules input[aria-invalid=true]').count(), 1);
    await fill(0, 'payload > 20');
    assert.equal(await dialog.locator('#mqtt-flows-rules input[aria-invalid=true]').count(), 0);
    await fill(1, 'warm');
    await dialog.getByText('More', { exact: true }).click();
    await dialog.getByText('Also take routes from messages').click();
    assert.match((await tried(dialog, 'plant/7/press'))[0] ?? '', /if its condition holds/);
    await editor.saveDialog(dialog);
    await editor.deploy();
    const { rules, wires, outputs, dynamic, routesType } = saved();
    assert.deepEqual(rules[0], {
      ...RULES[0],
      data: 'warm',
      dataType: 'str',
      retained: 'live',
      qos: 1,
      condition: 'payload > 20',
    });
    assert.deepEqual([outputs, dynamic, routesType], [5, true, 'none']);
    assert.deepEqual(wires, [before[0], before[1], before[2], [], before[3]]);
    const again = await editor.openDialog('topic router');
    assert.equal(await again.getByRole('combobox', { name: 'Retained' }).inputValue(), 'live');
    await editor.saveDialog(again);
  });

  it('says how many messages each rule has taken', async () => {
    for (const label of ['yard/gate/2', 'hall/alarm', 'hall/alarm']) await editor.pressInject(label);
    await editor.page.waitForFunction(
      "fetch('mqtt-flows/routers/f1b0c0de00000079/counts').then(async (answer) => { const { rules, otherwise } = await answer.json(); return rules[2].taken === 2 && otherwise === 1; })",
    );
    const dialog = await editor.openDialog('topic router');
    await dialog.getByText('messages since the deploy: 2').waitFor();
    assert.deepEqual(await dialog.locator('.mqtt-flows-rule-taken').allTextContents(), [
      'messages since the deploy: 0',
      'messages since the deploy: 0',
      'messages since the deploy: 2',
    ]);
    assert.equal(await dialog.locator('#mqtt-flows-otherwise-taken').textContent(), 'messages since the deploy: 1');
    await editor.cancelDialog(dialog);
  });

  it('says how many routes have come in messages, and what they have taken', async () => {
    await session.deploy(EXAMPLE);
    await editor.reload();
    await editor.node('topic router').waitFor();
    for (const label of ['add routes', 'yard/gate/2']) await editor.pressInject(label);
    await editor.page.waitForFunction(
      "fetch('mqtt-flows/routers/f1b0c0de00000079/counts').then(async (answer) => (await answer.json()).dynamic === 1)",
    );
    const dialog = await editor.openDialog('topic router');
    await dialog.getByText('routes now: 2; messages since the deploy: 1').waitFor();
    await editor.cancelDialog(dialog);
  });

  it('is readable where it is narrow and dark', async () => {
    await editor.page.setViewportSize({ width: 700, height: 900 });
    await editor.page.evaluate("document.documentElement.classList.add('nr-theme-dark')");
    const dialog = await editor.openDialog('topic router');
    await dialog.getByText('Conditions and data').first().click();
    await tried(dialog, 'plant/7/press');
    await editor.screenshot('dialog-router-narrow');
    await editor.cancelDialog(dialog);
  });
});
