// Topics that the flows have carried are offered where a topic is typed, and taken by keyboard.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { HeldRequests } from '../../helpers/editor/held-requests';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { repository } from '../../helpers/package/environment';

const SEEN = 'plant/line1/press/temperature';

describe('topics that have been seen', function () {
  this.timeout(300_000);
  let session: NodeRedEditor;
  let editor: EditorPage;

  before(async function () {
    const flows = readFileSync(join(repository, 'examples/2 Route by topic.json'), 'utf8');
    session = await NodeRedEditor.start(needsChromium(this), flows);
    editor = await session.open();
    await editor.node('publish').getByText('connected', { exact: true }).waitFor();
    const messages = await editor.debugMessages();
    await editor.pressInject('press temperature');
    await messages.first().waitFor();
  });

  afterEach(() => editor.assertNoErrors());

  after(() => session?.stop());

  /** Types into `field` and takes the first offer with Enter. */
  async function take(field: Locator, typed: string): Promise<string> {
    await field.fill('');
    await field.pressSequentially(typed);
    await offer().waitFor();
    await field.press('Enter');
    await offer().waitFor({ state: 'hidden' });
    return field.inputValue();
  }

  /** In the menu of a plain field, or of a typed input. */
  function offer(): Locator {
    return editor.page.locator('.red-ui-autoComplete-container, .red-ui-popover-panel').getByText(SEEN).first();
  }

  it('are offered for a filter', async () => {
    const dialog = await editor.openDialog('plant/#');
    assert.equal(await take(dialog.getByRole('textbox', { name: 'Topic filter' }).first(), 'press'), SEEN);
    await editor.cancelDialog(dialog);
  });

  it('are no longer offered once one is taken, even if the answer arrives late', async () => {
    const dialog = await editor.openDialog('plant/#');
    const field = dialog.getByRole('textbox', { name: 'Topic filter' }).first();
    await field.fill('');
    await field.pressSequentially('pres');
    await offer().waitFor();
    const questions = await HeldRequests.of(editor.page, /completions.*text=press/);
    const late = editor.page.waitForResponse(/completions.*text=press/);
    await field.press('s');
    await field.press('Enter');
    await offer().waitFor({ state: 'hidden' });
    questions.release();
    await (await late).finished();
    // The page has handled the answer when it has handled what was asked of it after that.
    await editor.page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    assert.equal(await offer().isVisible(), false);
    assert.equal(await field.inputValue(), SEEN);
    await editor.page.unroute(/completions.*text=press/);
    await editor.cancelDialog(dialog);
  });

  it('are offered for a rule, which then is judged as it stands, and for the topic to try', async () => {
    const dialog = await editor.openDialog('topic router');
    const filter = dialog.getByRole('textbox', { name: 'Topic filter' }).first();
    await filter.fill('plant/#/press');
    await dialog.getByText('"#" must be the last level').waitFor();
    assert.equal(await take(filter, 'press'), SEEN);
    await dialog.getByText('"#" must be the last level').waitFor({ state: 'hidden' });
    const trial = dialog.getByRole('textbox', { name: 'Try a topic' });
    await trial.focus();
    await trial.press('ArrowDown');
    await offer().waitFor();
    await editor.screenshot('dialog-router-recent');
    await trial.press('Enter');
    assert.equal(await trial.inputValue(), SEEN);
    await dialog.locator('.mqtt-flows-trial').getByText(`1. ${SEEN}`).waitFor();
    await editor.cancelDialog(dialog);
  });

  it('are offered for the topic to publish to', async () => {
    const dialog = await editor.openDialog('publish');
    const row = dialog.locator('#mqtt-flows-topic-row');
    await editor.chooseType(row, 'topic');
    const field = row.locator('input.red-ui-typedInput-input');
    assert.equal(await take(field, 'press'), SEEN);
    await editor.cancelDialog(dialog);
  });
});
