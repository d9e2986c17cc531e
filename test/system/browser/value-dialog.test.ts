// The part *Value* of a filter's row in the real editor: what is chosen is shown at once for the last message, kept and
// shown again.

import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { type SubscribeConfig, subscribeDefaults, subscriptionDefaults } from '#src/settings/subscribe.config';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { HeldRequests } from '../../helpers/editor/held-requests';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { embeddedNode } from '../../helpers/flows/flow-nodes';

type SavedNode = SubscribeConfig & { readonly type: string };

const TAB = { id: 'tab', type: 'tab', label: 'Value' };
const PLACE = { z: 'tab', x: 300, y: 120, wires: [[]] };

function subscribing(rows: readonly object[]): object[] {
  const subscriptions = rows.map((row) => ({ ...subscriptionDefaults, ...row }));
  const node = { ...subscribeDefaults, name: 'plugs', broker: 'broker', subscriptions };
  return [TAB, embeddedNode('broker'), { ...node, ...PLACE, id: 'sub', type: 'mqtt-flows-subscribe' }];
}

describe('the value of a filter in the editor', function () {
  this.timeout(300_000);
  let session: NodeRedEditor;
  let editor: EditorPage;

  before(async function () {
    session = await NodeRedEditor.start(needsChromium(this));
  });

  afterEach(async () => {
    editor.assertNoErrors();
    await editor.close();
  });

  after(() => session?.stop());

  /** Retained, so that whoever looks later sees it. */
  async function publish(topic: string, payload: unknown): Promise<void> {
    const publication = { broker: 'broker', topic, payload: JSON.stringify(payload), qos: 1, retain: true };
    await session.nodeRed.admin('mqtt-flows/topics/publish', { method: 'POST', body: JSON.stringify(publication) });
  }

  async function open(rows: readonly object[], locale?: string): Promise<Locator> {
    await session.deploy(subscribing(rows));
    editor = await session.open({ label: 'plugs', ...(locale === undefined ? {} : { locale }) });
    await editor
      .node('plugs')
      .getByText(locale === 'de' ? 'Verbunden' : 'connected', { exact: true })
      .waitFor();
    await publish('plug/kitchen', { ENERGY: { Power: '12.5', State: 'ON' } });
    return editor.openDialog('plugs');
  }

  it('shows what becomes of the last message while it is chosen, and is kept', async () => {
    const dialog = await open([{ filter: 'plug/+room' }]);
    const part = dialog.locator('.mqtt-flows-value');
    await part.locator('summary').click();
    const trial = part.locator('.mqtt-flows-value-trial');
    await trial.getByText('plug/kitchen').waitFor();
    await part.getByRole('textbox', { name: 'Part of the payload' }).pressSequentially('ENERGY.Power');
    await trial.getByText('msg.payload = "12.5" (string)').waitFor();
    await part.getByRole('combobox', { name: 'Convert' }).selectOption('number');
    await part.getByRole('textbox', { name: 'Multiply by' }).fill('2');
    await trial.getByText('msg.payload = 25 (number)').waitFor();
    await editor.screenshot('dialog-subscribe-value');
    await publish('plug/kitchen', { ENERGY: {} });
    await trial.getByText('The message is an error.').waitFor();
    await part.getByRole('combobox', { name: 'If it is missing' }).selectOption('drop');
    await trial.getByText('The message is dropped.').waitFor();
    assert.equal(await part.locator('summary').textContent(), 'Value: ENERGY.Power');
    await editor.saveDialog(dialog);
    await editor.deploy();
    const value = { from: 'ENERGY.Power', fromType: 'path', convert: 'number', factor: 2, offset: 0, missing: 'drop' };
    assert.deepEqual(session.saved<SavedNode>('mqtt-flows-subscribe')[0]?.subscriptions[0]?.value, value);
    const again = await editor.openDialog('plugs');
    assert.equal(await again.getByRole('textbox', { name: 'Multiply by' }).inputValue(), '2');
    await editor.cancelDialog(again);
  });

  it('shows no result of settings that have been changed since', async () => {
    const value = { from: 'ENERGY.Power', convert: 'number' };
    const dialog = await open([{ filter: 'plug/+room', value }]);
    const trial = dialog.locator('.mqtt-flows-value-trial');
    await trial.getByText('msg.payload = 12.5 (number)').waitFor();
    const factor = dialog.getByRole('textbox', { name: 'Multiply by' });
    const trials = await HeldRequests.of(editor.page, /\/value-trial$/);
    await trials.while(() => factor.fill('2'));
    const shown = await trial.evaluateHandle((lines) => {
      const texts: string[] = [];
      new MutationObserver(() => texts.push(lines.textContent ?? '')).observe(lines, { childList: true });
      return texts;
    });
    await factor.fill('4');
    trials.release();
    await trial.getByText('msg.payload = 50 (number)').waitFor();
    assert.doesNotMatch((await shown.jsonValue()).join(), /= 25 /);
    await editor.cancelDialog(dialog);
  });

  it('takes expressions, says where they are wrong, and leaves other rows as they were saved', async () => {
    const dialog = await open([{ filter: 'plug/+room' }, { filter: 'other' }]);
    const part = dialog.locator('.mqtt-flows-value').first();
    await part.locator('summary').click();
    await editor.chooseType(part, 'expression');
    const field = part.locator('input.red-ui-typedInput-input');
    await field.fill('payload.ENERGY.State & params.room');
    await part.getByText('msg.payload = "ONkitchen" (string)').waitFor();
    await field.fill('payload.(');
    await part.locator('input.red-ui-typedInput-input[aria-invalid="true"]').waitFor();
    await field.fill('payload.ENERGY.State');
    await part.getByRole('combobox', { name: 'Convert' }).selectOption('boolean');
    await part.getByText('msg.payload = true (boolean)').waitFor();
    await part.getByRole('textbox', { name: 'Words for false' }).fill('on');
    await part.getByText('words that do not stand among those for true').waitFor();
    await part.getByRole('textbox', { name: 'Words for false' }).fill('off');
    await editor.saveDialog(dialog);
    await editor.deploy();
    const [node] = session.saved<SavedNode>('mqtt-flows-subscribe');
    assert.equal(node?.subscriptions[0]?.value?.fromType, 'jsonata');
    assert.deepEqual(node?.subscriptions[1], { ...subscriptionDefaults, filter: 'other' });
  });

  it('beside a filter that is filled in, is text as before, or is an expression', async () => {
    const dialog = await open([{ filter: 'plug/{{flow.id}}' }, { filter: 'plug/+room' }, { filter: 'other' }]);
    const rows = dialog.locator('#mqtt-flows-subscriptions > li');
    const literal = rows.first().getByRole('checkbox', { name: /stay as they are/ });
    assert.equal(await literal.isChecked(), true);
    const text = rows.nth(1).getByRole('textbox', { name: 'Topic filter' });
    await text.fill('plug/{{payload.id}}');
    await rows
      .nth(1)
      .getByText(/there is none when the node starts/)
      .waitFor();
    await text.fill('plug/{{flow.id}}/+room');
    await rows
      .nth(1)
      .getByText(/are filled in when the node starts/)
      .waitFor();
    const given = rows.nth(2);
    await given.getByRole('button', { name: 'More options' }).click();
    await given.getByRole('combobox', { name: 'Filter given as' }).selectOption('jsonata');
    const expression = given.locator('.mqtt-flows-filter-expression input.red-ui-typedInput-input');
    await expression.fill("'plug/' & ");
    await given.locator('.mqtt-flows-filter-expression input.red-ui-typedInput-input[aria-invalid="true"]').waitFor();
    await expression.fill("'plug/' & 'kitchen'");
    await given.getByText(/For example: \$flowContext/).waitFor();
    await editor.screenshot('dialog-subscribe-filters');
    // The value is taken from what the expression brings.
    await given.locator('.mqtt-flows-value summary').click();
    await given.locator('.mqtt-flows-value-trial').getByText('plug/kitchen').waitFor();
    await editor.saveDialog(dialog);
    await editor.deploy();
    const [node] = session.saved<SavedNode>('mqtt-flows-subscribe');
    assert.deepEqual(
      node?.subscriptions.map(({ filter, filterType, literal }) => [filter, filterType, literal]),
      [
        ['plug/{{flow.id}}', undefined, true],
        ['plug/{{flow.id}}/+room', 'template', undefined],
        ["'plug/' & 'kitchen'", 'jsonata', undefined],
      ],
    );
    await editor.node('plugs').getByText('flow.id is missing').waitFor();
    const again = await editor.openDialog('plugs');
    await again.locator('.mqtt-flows-filter-expression:visible').waitFor();
    await editor.cancelDialog(again);
  });

  it('is in German, too', async () => {
    const value = { from: 'ENERGY.Power', convert: 'number', factor: 0.1 };
    const dialog = await open([{ filter: 'plug/+room', value }], 'de');
    await dialog.getByText('msg.payload = 1.25 (number)').waitFor();
    await editor.screenshot('dialog-subscribe-value-de');
    await editor.cancelDialog(dialog);
  });
});
