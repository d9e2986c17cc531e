// The examples of the publish node, imported and used as a user would: they work at once and show what they say.

import assert from 'node:assert/strict';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';

describe('the examples of publishing in the editor', function () {
  this.timeout(300_000);
  let session: NodeRedEditor;
  let editor: EditorPage;

  before(async function () {
    session = await NodeRedEditor.start(needsChromium(this));
    editor = await session.open();
  });

  after(() => session?.stop());

  afterEach(() => editor.assertNoErrors());

  async function use(example: string, flow: string, publisher: string): Promise<void> {
    await editor.importExample(example);
    await editor.openFlow(flow);
    await editor.screenshot(`example-${flow.replaceAll(' ', '-')}`);
    await editor.deploy();
    await editor.node(publisher).getByText('connected', { exact: true }).waitFor();
  }

  it('a request is answered', async () => {
    await use('5 Request and response', 'Request and response', 'request');
    await editor.node('request/+room/temperature').getByText('connected', { exact: true }).waitFor();
    await editor.pressInject('ask for the temperature');
    const answer = (await editor.debugMessages()).last();
    await answer.getByText(/ : msg : Object$/).waitFor();
    await answer.locator('.red-ui-debug-msg-object-handle').first().click();
    await answer.getByText('payload', { exact: true }).last().click();
    await answer.getByText('21.5', { exact: true }).waitFor();
    await answer.getByText('"kitchen"', { exact: true }).waitFor();
    await editor.screenshot('example-answer');
  });

  it('a report is retained under the topic of its template, and cleared', async () => {
    await use('6 Templates and retained messages', 'Templates and retained messages', 'report');
    await editor.node('factory/+line/+machine/report').getByText('connected', { exact: true }).waitFor();
    await editor.pressInject('send a report');
    const messages = (await editor.debugMessages()).filter({ hasText: 'factory/7/press/report' });
    await messages.nth(0).waitFor();
    await editor.pressInject('clear it');
    await messages.nth(1).filter({ hasText: 'payload: ""' }).waitFor();
  });

  it('use the broker of the examples that are there already', async () => {
    const brokers = await editor.page.evaluate<string[]>(
      '(() => { const names = []; RED.nodes.eachConfig(({ name }) => { names.push(name); }); return names; })()',
    );
    assert.deepEqual(brokers, ['example broker']);
  });
});
