// Clients that send garbage cost their own connections, and nothing else. `npm run fuzz:broker` does the same for longer.

import assert from 'node:assert/strict';
import { heapInUse } from '../../helpers/process/heap';
import { BrokerFuzzRun } from '../../helpers/runs/broker-fuzz-run';
import { CLIENT_MUTATION_KINDS } from '../../helpers/servers/client-mutations';

const SEED = 20_261_128;
const PACKETS = 10_000;
/** bytes; what is compiled and cached on the way is most of it */
const GROWTH = 30_000_000;

// An exception that nobody catches fails the test that runs: mocha listens for it.
describe('Clients that send garbage to the broker', () => {
  it(`harm nobody else, seed ${SEED}`, async () => {
    const before = heapInUse();
    const result = await new BrokerFuzzRun({ seed: SEED, packets: PACKETS }).run();
    assert.deepEqual(result.errors, []);
    assert.deepEqual(result.malformed, [], 'what the broker sends is MQTT');
    assert.equal(result.packets, PACKETS);
    assert.ok(result.letIn > 100 && result.ended > 100);
    assert.ok(result.messages > 500);
    assert.deepEqual(Object.keys(result.byKind).toSorted(), CLIENT_MUTATION_KINDS.toSorted(), 'every kind was sent');
    assert.ok(heapInUse() - before < GROWTH);
  });
});
