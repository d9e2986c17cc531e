// A flow that is slower than its messages arrive: they wait at the server, not in memory.

import assert from 'node:assert/strict';
import { runSlowFlow } from '../../helpers/runs/slow-flow';
import { needsMosquitto } from '../../helpers/servers/mosquitto';

/** 100 MB in all. */
const LOAD = { messages: 5000, size: 20_000, work: 1 } as const;
const MB = 1e6;

for (const protocolVersion of [5, 4] as const) {
  it(`a slow flow needs no memory for what waits (mosquitto, MQTT ${protocolVersion})`, async function () {
    needsMosquitto(this);
    // A whole Node-RED has to start, and 100 MB go through three processes.
    this.timeout(300_000);
    const options = { ...LOAD, protocolVersion, qos: 1, acknowledge: 'completion', atATime: 10 } as const;
    const { done, mostInFlow, before, atMost } = await runSlowFlow(options);
    assert.equal(done, LOAD.messages);
    assert.ok(mostInFlow <= 10, `${mostInFlow} in the flow`);
    assert.ok(atMost - before < 30 * MB, `${(atMost - before) / MB} MB more`);
  });
}
