// The outbox against a real server while connections are cut and processes are killed; `npm run outbox` runs the same for
// longer, and docs/reliability.md has its figures.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { LevelStore } from '#src/runtime/storage/level-store';
import { emptyUserDir } from '../../helpers/flows/node-red-process';
import { runBacklog } from '../../helpers/runs/backlog-run';
import { type CutRun, runCuts } from '../../helpers/runs/cut-run';
import { runKills } from '../../helpers/runs/kill-run';
import { needsMosquitto } from '../../helpers/servers/mosquitto';

const MESSAGES = 2000;

describe('the outbox, over cut connections', function () {
  this.timeout(300_000);
  before(function () {
    needsMosquitto(this);
  });

  for (const [qos, protocolVersion] of [
    [1, 5],
    [1, 4],
    [2, 5],
    [2, 4],
  ] as const) {
    it(`brings each message of QoS ${qos} in order, ${qos === 2 ? 'once' : 'at least once'} (MQTT ${protocolVersion})`, () =>
      check({ messages: MESSAGES, cuts: 12, qos, protocolVersion, seed: 5 }));
  }

  it('does so from disk as well', async () => {
    const folder = emptyUserDir();
    try {
      const store = new LevelStore({ path: join(folder, 'outbox'), fsync: false });
      await check({ messages: MESSAGES, cuts: 12, qos: 2, protocolVersion: 5, seed: 6, store });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  async function check(run: CutRun): Promise<void> {
    const { cuts, connections, acknowledged, failed, received, copies, disordered } = await runCuts(run);
    assert.ok(cuts >= 5, `${cuts} cuts`);
    assert.ok(connections > cuts);
    assert.deepEqual(
      { acknowledged, failed, received },
      { acknowledged: run.messages, failed: {}, received: run.messages },
    );
    assert.equal(disordered, 0);
    if (run.qos === 2) assert.equal(copies, 0);
  }
});

describe('the outbox on disk, over killed processes', function () {
  this.timeout(300_000);
  before(function () {
    needsMosquitto(this);
  });

  for (const qos of [1, 2] as const) {
    it(`loses nothing that it has accepted at QoS ${qos}${qos === 2 ? ', and brings nothing twice' : ''}`, async () => {
      const { accepted, lost, copies, disordered, complaints } = await runKills({ kills: 3, qos, seed: 8, life: 200 });
      assert.ok(accepted > 10, `${accepted} accepted`);
      assert.deepEqual({ lost, disordered, complaints }, { lost: 0, disordered: 0, complaints: [] });
      if (qos === 2) assert.equal(copies, 0);
    });
  }

  it('drains a backlog that does not fit into memory, in order', async () => {
    const { accepted, failed, received, copies, disordered } = await runBacklog(5000, 200);
    assert.deepEqual(
      { accepted, failed, received, copies, disordered },
      { accepted: 5000, failed: 0, received: 5000, copies: 0, disordered: 0 },
    );
  });
});
