// The broker inside a real Node-RED over kill -9: what it has acknowledged to one device reaches the other. The script
// `npm run broker -- kills` runs the same for longer, and docs/reliability.md has its figures.

import assert from 'node:assert/strict';
import { runBrokerKills } from '../../helpers/runs/broker-kill-run';

describe('the broker inside Node-RED, over kill -9', function () {
  // A whole Node-RED has to start, four times.
  this.timeout(300_000);

  for (const [qos, protocolVersion] of [
    [1, 4],
    [2, 5],
  ] as const) {
    it(`loses nothing that it has acknowledged at QoS ${qos}${qos === 2 ? ', and brings nothing twice' : ''}`, async () => {
      const result = await runBrokerKills({ kills: 3, qos, protocolVersion, seed: 3, life: 500 });
      const { acknowledged, lost, copies, disordered, sessionsLost, retainedLost, failed, complaints } = result;
      assert.ok(acknowledged > 10, `${acknowledged} acknowledged`);
      assert.deepEqual(
        { lost, disordered, sessionsLost, retainedLost, failed, complaints },
        { lost: 0, disordered: 0, sessionsLost: 0, retainedLost: 0, failed: {}, complaints: [] },
      );
      if (qos === 2) assert.equal(copies, 0);
    });
  }
});
