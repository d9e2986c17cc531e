// Who may read how many messages each rule has taken, and for which nodes.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RouteCounts } from '#src/core/reports/route-counts';
import { routerDefaults, ruleDefaults } from '#src/settings/router.config';
import { ADMIN_USERS, logIn } from '../../helpers/flows/admin-users';
import { emptyUserDir, linkPackage, NodeRedProcess, removeUserDir } from '../../helpers/flows/node-red-process';

function router(id: string, tab: string, filters: readonly string[], wires: string[][]): object {
  const rules = filters.map((filter) => ({ ...ruleDefaults, filter }));
  return { ...routerDefaults, id, type: 'mqtt-flows-router', z: tab, rules, dynamic: true, outputs: 4, wires };
}

/** Sends `topic` once, when the flow starts. */
function inject(id: string, target: string, topic: string, action?: string): object {
  const props = [{ p: 'topic', vt: 'str' }, ...(action ? [{ p: 'action', v: action, vt: 'str' }] : [])];
  const routes = action ? [{ p: 'routes', v: '["yard/#"]', vt: 'json' }] : [];
  return {
    id,
    type: 'inject',
    z: 'tab',
    props: [...props, ...routes],
    topic,
    once: true,
    onceDelay: 0.1,
    wires: [[target]],
  };
}

/** A router on a tab, and one in a subflow of which there are two. */
const FLOW = [
  { id: 'tab', type: 'tab', label: 'Test', env: [{ name: 'SITE', type: 'str', value: 'plant' }] },
  { id: 'sub', type: 'subflow', name: 'routing', in: [{ x: 0, y: 0, wires: [{ id: 'inner' }] }], out: [] },
  router('inner', 'sub', ['plant/#', 'hall/+'], [[], [], [], []]),
  { id: 'one', type: 'subflow:sub', z: 'tab', x: 0, y: 0, wires: [] },
  { id: 'two', type: 'subflow:sub', z: 'tab', x: 0, y: 0, wires: [] },
  router('router', 'tab', ['${SITE}/#', 'hall/+'], [['one', 'two'], ['one'], [], ['last']]),
  { id: 'last', type: 'debug', z: 'tab', active: true, console: true, tosidebar: false, complete: 'topic', wires: [] },
  inject('i0', 'router', '', 'addRoutes'),
  ...['plant/a', 'plant/b', 'hall/1', 'yard/1', 'end'].map((topic, index) => inject(`i${index + 1}`, 'router', topic)),
];

describe('the counts of a router', function () {
  this.timeout(300_000);
  let userDir: string;
  let nodeRed: NodeRedProcess;

  before(async () => {
    userDir = emptyUserDir();
    linkPackage(userDir);
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify(FLOW));
    nodeRed = await NodeRedProcess.start(userDir, ADMIN_USERS);
    await nodeRed.waitForOutput('[debug:last]');
  });

  after(async () => {
    await nodeRed?.stop();
    if (userDir) removeUserDir(userDir);
  });

  function ask(id: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${nodeRed.url}mqtt-flows/routers/${id}/counts`, { headers });
  }

  async function counts(id: string): Promise<RouteCounts> {
    const answer = await ask(id, await logIn(nodeRed, 'reader'));
    assert.equal(answer.status, 200);
    return (await answer.json()) as RouteCounts;
  }

  it('name each rule as it was saved, and count what it has taken since the deploy', async () => {
    assert.deepEqual(await counts('router'), {
      rules: [
        { filter: '${SITE}/#', taken: 2 },
        { filter: 'hall/+', taken: 1 },
      ],
      dynamic: 1,
      otherwise: 1,
      routes: 1,
    });
  });

  it('in a subflow are those of all instances', async () => {
    const { rules, otherwise } = await counts('inner');
    assert.deepEqual([rules.map(({ taken }) => taken), otherwise], [[4, 1], 0]);
  });

  it('of a node that is not deployed are nothing', async () => {
    for (const id of ['unknown', 'last', '__proto__']) {
      assert.equal((await ask(id, await logIn(nodeRed, 'reader'))).status, 204, id);
    }
  });

  it('are shown only to users who may read the flows', async () => {
    assert.equal((await ask('router')).status, 401);
    assert.equal((await ask('router', await logIn(nodeRed, 'other'))).status, 401);
    assert.equal((await ask('router', await logIn(nodeRed, 'tester'))).status, 200);
  });
});
