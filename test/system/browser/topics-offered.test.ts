// The topics that the sidebar's broker has carried, offered where one is typed in a dialog: in core nodes, in ours and in the
// router.

import assert from 'node:assert/strict';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { TopicsSession } from '../../helpers/editor/topics-session';
import type { TopicsTab } from '../../helpers/editor/topics-tab';

describe('the topics sidebar and the fields of dialogs', function () {
  this.timeout(300_000);
  let session: TopicsSession;
  let editor: EditorPage;
  let topics: TopicsTab;
  const publish = (topic: string, payload: string | Buffer, retain = false): Promise<void> =>
    session.publish(topic, payload, retain);

  before(async function () {
    session = await TopicsSession.start(this);
  });

  beforeEach(async () => {
    ({ editor, topics } = await session.open());
  });

  afterEach(async () => {
    editor.assertNoErrors();
    await editor.close();
  });

  after(() => session?.stop());

  it('offers the topics that have been seen to the core MQTT nodes', async () => {
    await publish('alarms/Boiler', '1');
    await topics.start();
    await publish('alarms/Boiler', '2');
    await session.offered('alarms/Boiler');
    await editor.page.evaluate(
      `RED.view.importNodes([{ id: 'core', type: 'mqtt in', topic: '', x: 300, y: 300, wires: [[]] }], { generateIds: false })`,
    );
    await editor.page.locator('#red-ui-workspace-chart').click({ position: { x: 300, y: 300 } });
    const dialog = await editor.openDialog('mqtt');
    const field = dialog.locator('#node-input-topic');
    await field.pressSequentially('boil');
    await editor.page.locator('.red-ui-autoComplete-completion').getByText('alarms/').first().waitFor();
    await editor.screenshot('topics-completion');
    await field.press('Escape');
    await editor.cancelDialog(dialog);
  });

  it('offers them to our own nodes, those of the broker that is chosen', async () => {
    await topics.health.locator('summary').first().getByText('connected').waitFor();
    await publish('alarms/Boiler', '1', true);
    await session.offered('alarms/Boiler');
    const dialog = await editor.openDialog('alarms');
    const filter = dialog.getByRole('textbox', { name: 'Topic filter' });
    await filter.fill('');
    await filter.pressSequentially('Boi');
    const offer = editor.page.locator('.red-ui-autoComplete-container').getByText('alarms/Boiler');
    await offer.waitFor();
    await editor.screenshot('topics-completion-own');
    await offer.click();
    assert.equal(await filter.inputValue(), 'alarms/Boiler');
    await editor.cancelDialog(dialog);
  });

  it('offers them to the line in which a router tries a topic', async () => {
    await topics.health.locator('summary').first().getByText('connected').waitFor();
    await publish('alarms/Boiler', '1', true);
    await session.offered('alarms/Boiler');
    await editor.page.evaluate(
      `RED.view.importNodes([{ id: 'route', type: 'mqtt-flows-router', x: 300, y: 300, outputs: 1, otherwise: false,
        rules: [{ filter: 'alarms/+where', topic: 'to/{{params.where}}' }], wires: [[]] }], { generateIds: false })`,
    );
    await editor.page.locator('#red-ui-workspace-chart').click({ position: { x: 300, y: 300 } });
    const dialog = await editor.openDialog('topic router');
    await dialog.getByRole('textbox', { name: 'Try a topic' }).pressSequentially('boil');
    await editor.page.locator('.red-ui-autoComplete-container').getByText('alarms/Boiler').click();
    await dialog
      .locator('.mqtt-flows-trial')
      .getByText('1. alarms/+where · where = "Boiler" · new topic: to/Boiler')
      .waitFor();
    await editor.cancelDialog(dialog);
  });
});
