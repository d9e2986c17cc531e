// Recordings in files, in the sidebar: they are made, replayed, uploaded, downloaded and deleted.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { accessibilityFaults } from '../../helpers/editor/accessibility';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { TopicsSession } from '../../helpers/editor/topics-session';
import type { TopicsTab } from '../../helpers/editor/topics-tab';

describe('recordings in files, in the sidebar', function () {
  this.timeout(300_000);
  let session: TopicsSession;
  let editor: EditorPage;
  let topics: TopicsTab;

  before(async function () {
    session = await TopicsSession.start(this);
  });

  beforeEach(async () => {
    ({ editor, topics } = await session.open());
    await topics.start('plant/#');
    await topics.openAll();
  });

  afterEach(async () => {
    editor.assertNoErrors();
    await editor.close();
  });

  after(() => session?.stop());

  const rows = () => topics.panel.locator('.mqtt-flows-recordings li');
  const press = (name: string) => topics.panel.getByRole('button', { name, exact: true }).click();
  const confirm = (name: string) => editor.page.getByRole('button', { name, exact: true }).last().click();

  it('records, replays into the flow and, when that is confirmed, to the broker', async () => {
    await topics.panel.locator('.mqtt-flows-recordings summary').click();
    await press('Record');
    await editor.page.getByLabel('Name', { exact: true }).fill('../etc');
    await confirm('Record');
    await editor.page.getByText('A name has letters').waitFor();
    await editor.page.getByLabel('At most', { exact: true }).fill('5000');
    await editor.page.getByText('A number from 1 to 4,294.').waitFor();
    await editor.page.getByLabel('At most', { exact: true }).fill('5');
    await editor.page.getByLabel('Name', { exact: true }).fill('one');
    await editor.page.getByLabel('Topic filter', { exact: true }).fill('+/+');
    await editor.page.keyboard.press('Enter');
    await rows().getByText('recording · messages: 0').waitFor();
    // It comes as a retained message where the recording subscribes later.
    await session.publish('alarms/boiler', '{"t":90}', true);
    await rows().getByText('recording · messages: 1').waitFor();
    await session.publish('plant/line2', 'x');
    await rows().getByText('recording · messages: 2').waitFor();
    await press('Stop recording one');
    await editor.page.setViewportSize({ width: 1024, height: 560 });
    await press('Replay one');
    await editor.page.getByText('messages: 2 · 0:0').waitFor();
    const ok = (await editor.page.locator('#mqtt-flows-recording-ok').boundingBox()) ?? assert.fail('no button');
    assert.ok(ok.y + ok.height <= 560, `the button of the dialog ends at ${ok.y + ok.height} px, below the window`);
    await editor.page.keyboard.press('Escape');
    await editor.page.locator('.mqtt-flows-recording-form').waitFor({ state: 'detached' });
    await press('Replay one');
    await editor.page.getByText('messages: 2 · 0:0').waitFor();
    await editor.page.getByLabel('Speed').selectOption('as fast as possible');
    assert.deepEqual(await accessibilityFaults(editor.page.locator('.ui-dialog:visible')), []);
    await confirm('Replay');
    const inFlow = 'played to the end · 2 / 2 · as fast as possible · into the flow · 1 for which no node subscribes';
    await rows().getByText(inFlow).waitFor();
    await press('Replay one');
    await editor.page.getByRole('radio', { name: /^To the broker/ }).check();
    await editor.page.getByLabel('Before each topic').fill('plant/again/');
    await editor.page.getByLabel('plant/#').uncheck();
    await confirm('Replay');
    await editor.page.getByText('The broker keeps those that are retained (1).').waitFor();
    await confirm('Publish');
    await rows().getByText('played to the end · 1 / 1 · 1× · to the broker').waitFor();
    await topics.search('again');
    await topics.row('boiler', '{"t":90}').waitFor();
    assert.deepEqual(await accessibilityFaults(topics.panel.locator('.mqtt-flows-recordings')), []);
  });

  it('uploads what is one, downloads and deletes', async () => {
    await topics.panel.locator('.mqtt-flows-recordings summary').click();
    const chooser = topics.panel.locator('.mqtt-flows-recordings input[type=file]');
    const text = '{"recording":1}\n{"topic":"ä","payload":"😀"}\n';
    await chooser.setInputFiles({ name: '../../2.jsonl', mimeType: '', buffer: Buffer.from(text) });
    const download = editor.page.waitForEvent('download');
    await press('Download 2');
    const file = await download;
    assert.equal(file.suggestedFilename(), '2.jsonl');
    assert.equal(readFileSync(await file.path(), 'utf8'), text);
    await chooser.setInputFiles({ name: 'x.jsonl', mimeType: '', buffer: Buffer.from(`${text}<b>\n`) });
    await editor.page.getByText('Line 3: it is not a JSON object.').waitFor();
    // The browser writes each refusal to its console.
    editor.forgetErrors();
    await press('Delete 2');
    await confirm('Delete');
    await topics.panel.getByRole('button', { name: 'Delete 2', exact: true }).waitFor({ state: 'detached' });
  });
});
