// What is done in the topics sidebar with the selected topic: it publishes, deletes retained messages and adds nodes, and
// nothing that a server sends runs.

import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { subscriptionDefaults } from '#src/settings/subscribe.config';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { HeldRequests } from '../../helpers/editor/held-requests';
import { TopicsSession } from '../../helpers/editor/topics-session';
import type { TopicsTab } from '../../helpers/editor/topics-tab';

type SavedNode = Readonly<Record<string, unknown>> & { readonly type: string };

const HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';

/** Whether `node` is shown at a place in `chart`. */
async function covers(node: Locator, chart: Locator, { x, y }: { x: number; y: number }): Promise<boolean> {
  const [inner, outer] = await Promise.all([node.boundingBox(), chart.boundingBox()]);
  assert.ok(inner && outer);
  const left = outer.x + x - inner.x;
  const top = outer.y + y - inner.y;
  return left > 0 && left < inner.width && top > 0 && top < inner.height;
}

describe('the actions of the topics sidebar in the editor', function () {
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
    assert.equal(await editor.page.evaluate('window.hacked'), undefined);
    await editor.close();
  });

  after(() => session?.stop());

  it('publishes to a topic, and takes a retained message away once that is confirmed', async () => {
    await publish('kept/here', 'old', true);
    await topics.start();
    await topics.openAll();
    await topics.row('here').click();
    await topics.tab('Publish').click();
    await topics.pane.getByLabel('Payload', { exact: true }).fill('new');
    await topics.pane.getByLabel('retain').check();
    await topics.pane.getByRole('button', { name: 'Publish' }).click();
    await topics.pane.getByText('Published.').waitFor();
    await topics.row('here', 'new').waitFor();
    await topics.panel.getByRole('button', { name: 'Delete the retained message' }).click();
    await editor.page.getByRole('button', { name: 'Delete', exact: true }).click();
    await topics.tab('Value').click();
    await topics.pane.getByText('The payload is empty.').waitFor();
  });

  it('says while it is typed that nothing can be published to a topic, and sends nothing there', async () => {
    await publish('cmd/lamp', 'on', true);
    await topics.start('cmd/#');
    await topics.openAll();
    await topics.row('lamp').click();
    await topics.tab('Publish').click();
    const topic = topics.pane.getByLabel('Topic', { exact: true });
    const said = topics.pane.locator('.mqtt-flows-said');
    const sent = await HeldRequests.of(editor.page, /topics\/(publish|encode)$/);
    await topic.fill('cmd/+');
    await topics.pane.getByText('it contains a wildcard, + or #').waitFor();
    assert.equal(await topic.getAttribute('aria-invalid'), 'true');
    await editor.screenshot('topics-publish-wildcard');
    for (const name of ['Publish', 'Try', 'Repeat']) {
      await topic.fill('cmd/+');
      await topics.pane.getByRole('button', { name, exact: true }).click();
      await said.getByText('it contains a wildcard, + or #').waitFor();
    }
    assert.equal(sent.count, 0);
    sent.release();
    await topic.fill('cmd/fan');
    await topics.pane.locator('[aria-invalid="false"]').first().waitFor();
    await topics.pane.getByRole('button', { name: 'Publish', exact: true }).click();
    await said.getByText('Published.').waitFor();
  });

  it('deletes the retained messages of a branch, once their list is confirmed', async () => {
    for (let i = 0; i < 120; i++) void publish(`stored/${i % 3}/${i}`, 'old', true);
    await publish('stored/live', 'x');
    await topics.start('stored/#');
    await topics.panel.getByText('Topics: 120').waitFor();
    await topics.row('stored').click();
    const clear = topics.panel.getByRole('button', { name: 'Delete all retained messages of this branch' });
    await clear.click();
    await editor.page.getByText('for these topics (120)').waitFor();
    await editor.page.getByText('stored/2/119', { exact: true }).waitFor();
    await editor.screenshot('topics-clear-branch');
    await editor.page.getByRole('button', { name: 'Delete', exact: true }).click();
    await editor.page.getByText('120 of 120 retained messages are deleted.').waitFor();
    await topics.openAll();
    await topics.panel.getByRole('button', { name: 'Only topics that have a retained' }).click();
    await topics.panel.getByText('Nothing found.').waitFor();
    await clear.click();
    await editor.page.getByText('No retained message was seen in this branch.').waitFor();
  });

  it('stops deleting when it is asked to', async () => {
    for (let i = 0; i < 120; i++) await publish(`half/${i}`, 'old', true);
    await topics.start('half/#');
    await topics.row('half').click();
    await topics.panel.getByText('Topics: 120').waitFor();
    const deletions = await HeldRequests.of(editor.page, '**/topics/clear');
    await topics.panel.getByRole('button', { name: 'Delete all retained messages of this branch' }).click();
    await deletions.while(() => editor.page.getByRole('button', { name: 'Delete', exact: true }).click());
    await editor.page.getByText('0 of 120 retained messages deleted').waitFor();
    await editor.screenshot('topics-clear-progress');
    await editor.page.locator('.red-ui-notification').getByRole('button', { name: 'Stop' }).click();
    deletions.release();
    await editor.page.getByText('Stopped: 50 of 120 retained messages are deleted.').waitFor();
    assert.equal(deletions.count, 1);
  });

  it('says what became of a message beside that message, and of the last press alone', async () => {
    for (const topic of ['answers/one', 'answers/two']) await publish(topic, 'x', true);
    await topics.start('answers/#');
    await topics.openAll();
    await topics.row('one').click();
    await topics.tab('Publish').click();
    const said = topics.pane.locator('.mqtt-flows-said').last();
    const press = (name: string): Promise<void> => topics.pane.getByRole('button', { name, exact: true }).click();
    const toOne = await HeldRequests.of(editor.page, '**/topics/publish');
    await toOne.while(() => press('Publish'));
    await topics.row('two').click();
    await toOne.answer();
    assert.equal(await topics.pane.getByLabel('Topic', { exact: true }).inputValue(), 'answers/two');
    assert.equal(await said.innerText(), '');
    const toTwo = await HeldRequests.of(editor.page, '**/topics/publish');
    await toTwo.while(() => press('Publish'));
    await press('Try');
    await said.getByText('1 bytes').waitFor();
    await toTwo.answer();
    await said.getByText('1 bytes').waitFor();
    await press('Publish');
    await said.getByText('Published.').waitFor();
  });

  it('repeats a message once at a time where it is stopped and started while the broker has not answered', async () => {
    await topics.start('again');
    await publish('again', 'x');
    await topics.row('again', 'x').click();
    await topics.tab('Publish').click();
    await topics.pane.getByLabel('Seconds between two messages').fill('3600');
    const messages = await HeldRequests.of(editor.page, '**/topics/publish');
    const repeat = topics.pane.getByRole('button', { name: 'Repeat', exact: true });
    const stop = topics.pane.getByRole('button', { name: 'Stop repeating' });
    await messages.while(() => repeat.click());
    await stop.click();
    await topics.pane.getByText('Stopped. Published: 0.').waitFor();
    await messages.while(() => repeat.click());
    messages.release();
    await topics.panel.getByText('Messages: 3').waitFor();
    await topics.pane.getByText('Published: 1.', { exact: true }).waitFor();
    await stop.click();
    await topics.pane.getByText('Stopped. Published: 1.').waitFor();
  });

  it('adds nodes for a topic, by button and by dragging', async () => {
    await publish('doors/front', 'open', true);
    await topics.start('doors/#');
    await topics.openAll();
    await topics.row('front').click();
    const chart = editor.page.locator('#red-ui-workspace-chart');
    const place = { x: 300, y: 200 };
    await topics.drag(topics.row('doors'), chart, place);
    await editor.node('doors/#').waitFor();
    assert.ok(await covers(editor.node('doors/#'), chart, place));
    assert.ok(await editor.changed());
    await editor.action('core:undo');
    await editor.node('doors/#').waitFor({ state: 'detached' });
    assert.equal(await editor.changed(), false);
    await topics.drag(topics.row('doors'), chart, place);
    await topics.panel.getByRole('button', { name: 'Add a publish node' }).click();
    await editor.node('doors/front').waitFor();
    assert.ok(await covers(editor.node('doors/#'), chart, place));
    await editor.screenshot('topics-nodes');
    await editor.deploy();
    const [publisher] = session.editor.saved<SavedNode>('mqtt-flows-publish');
    assert.deepEqual([publisher?.topic, publisher?.topicType, publisher?.broker], ['doors/front', 'str', 'broker']);
    const subscriber = session.editor.saved<SavedNode>('mqtt-flows-subscribe').find(({ id }) => id !== 'in');
    assert.deepEqual(subscriber?.subscriptions, [{ ...subscriptionDefaults, filter: 'doors/#' }]);
    assert.equal(subscriber?.broker, 'broker');
  });

  it('adds no node while no flow is open, and says so', async () => {
    await publish('doors/back', 'open', true);
    await topics.start('doors/#');
    await topics.openAll();
    await topics.row('back').click();
    const nodes = (): Promise<unknown> => editor.page.evaluate('RED.nodes.filterNodes({}).length');
    const before = await nodes();
    await editor.action('core:hide-all-flows');
    await topics.panel.getByRole('button', { name: 'Add a publish node' }).click();
    await editor.page.getByText('No flow is open.').waitFor();
    assert.equal(await nodes(), before);
  });

  it('makes no node of a topic that would read a variable, nor of one that reads like a flow', async () => {
    await publish('evil/${HOME}', 'x', true);
    const flowLike = JSON.stringify([{ id: 'evil', type: 'function', z: '', func: '{{x}}', x: 1, y: 1, wires: [] }]);
    await publish(`evil/${flowLike}`, 'x', true);
    await topics.start('evil/#');
    await topics.openAll();
    await topics.row('${HOME}').click();
    await topics.panel.getByRole('button', { name: 'Add a subscribe node' }).click();
    await editor.page.getByText('Add the node by hand').waitFor();
    const chart = editor.page.locator('#red-ui-workspace-chart');
    await topics.drag(topics.row('"func"'), chart, { x: 300, y: 200 });
    await publish('evil/later', 'x');
    await topics.row('later').waitFor();
    assert.equal(await editor.page.evaluate(`RED.nodes.filterNodes({ type: 'function' }).length`), 0);
  });

  it('shows markup from a server as the text that it is', async () => {
    const properties = { contentType: HOSTILE, responseTopic: HOSTILE, userProperties: { [HOSTILE]: HOSTILE } };
    await session.device.publishAsync(`evil/${HOSTILE}`, HOSTILE, { retain: true, properties });
    await session.device.publishAsync('evil/json', JSON.stringify({ [HOSTILE]: HOSTILE, number: 1 }), { retain: true });
    await session.device.publishAsync('evil/json', JSON.stringify({ [HOSTILE]: [HOSTILE], number: 2 }), {
      retain: true,
    });
    await topics.start('evil/#');
    await topics.openAll();
    for (const name of ['script', 'json']) {
      await topics.row(name).last().click();
      for (const tab of ['Value', 'History', 'Chart', 'Properties', 'Publish']) await topics.tab(tab).click();
    }
    await topics.row('script').last().click();
    await topics.panel.getByRole('button', { name: 'Delete the retained message' }).click();
    await editor.page.getByRole('button', { name: 'Cancel', exact: true }).last().click();
    assert.equal(await topics.panel.locator('img[src="x"], script').count(), 0);
    await editor.screenshot('topics-hostile');
  });
});
