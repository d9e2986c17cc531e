// The topics sidebar for users with few permissions: it offers what they may do, and requests nothing else.

import assert from 'node:assert/strict';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { NodeRedEditor, needsChromium } from '../../helpers/editor/node-red-editor';
import { TopicsTab } from '../../helpers/editor/topics-tab';
import { alarmsFlow } from '../../helpers/flows/alarms-flow';

/** The permissions that the editor itself needs. */
const EDITOR = ['flows.read', 'nodes.read', 'settings.read', 'plugins.read', 'status.read', 'context.read'];

describe('the topics sidebar of a user', function () {
  this.timeout(300_000);
  let program: string;
  let session: NodeRedEditor | undefined;
  let editor: EditorPage;

  before(function () {
    program = needsChromium(this);
  });

  /** Opens the editor for a user without a login who has `permissions`. */
  async function open(permissions: readonly string[]): Promise<void> {
    const auth = `adminAuth: { type: 'credentials', users: [], default: { permissions: ${JSON.stringify(permissions)} } },`;
    session = await NodeRedEditor.start(program, alarmsFlow({ connectTo: 'embedded' }), auth);
    editor = await session.open({ label: 'alarms' });
  }

  afterEach(async () => {
    editor?.assertNoErrors();
    await session?.stop();
  });

  it('who may only read shows topics, and publishes nothing', async () => {
    await open(['read']);
    const topics = await TopicsTab.open(editor);
    assert.equal(await topics.panel.getByLabel('Use a separate connection').isDisabled(), true);
    await topics.start('$SYS/#');
    await topics.row('$SYS').click();
    await topics.tab('Publish').click();
    assert.equal(await topics.pane.getByRole('button', { name: 'Publish' }).isDisabled(), true);
  });

  it('who may not read topics is not there', async () => {
    await open(EDITOR);
    await editor.page.waitForLoadState('networkidle');
    assert.equal(await editor.page.locator('.mqtt-flows-topics').count(), 0);
  });
});
