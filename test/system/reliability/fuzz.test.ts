// A server that sends garbage causes a reconnect, and nothing else. `npm run fuzz` does the same for longer.

import assert from 'node:assert/strict';
import { tcpStream } from '#src/transport/streams/tcp-stream';
import { connectTransport } from '../../helpers/fakes/transport-listener';
import { heapInUse } from '../../helpers/process/heap';
import { FuzzRun } from '../../helpers/runs/fuzz-run';
import { MUTATION_KINDS } from '../../helpers/servers/packet-mutations';
import { ScriptedServer } from '../../helpers/servers/scripted-server';

const SEED = 20_250_301;
const PACKETS = 1500;
/** bytes; what is compiled and cached on the way is a third of it */
const GROWTH = 30_000_000;

/** Each of these once ended the process, or wrote half a packet to the server: found by the fuzzer. */
const WITHOUT_IDENTIFIER = {
  'PUBREL with no identifier': [0x62, 0],
  'PUBREL with half an identifier': [0x62, 1, 0],
  'PUBREL with identifier 0': [0x62, 2, 0, 0],
  'PUBLISH of QoS 1 that ends after its topic': [0x32, 3, 0, 1, 0x61],
  'PUBLISH of QoS 2 that ends after its topic': [0x34, 3, 0, 1, 0x61],
} as const;

// An exception that nobody catches fails the test that runs: mocha listens for it.
describe('A server that sends garbage', () => {
  for (const protocolVersion of [4, 5] as const) {
    it(`costs at most one reconnect each time, over MQTT ${protocolVersion}, seed ${SEED}`, async function () {
      this.timeout(300_000);
      const before = heapInUse();
      const result = await new FuzzRun({ seed: SEED, packets: PACKETS, protocolVersion }).run();
      assert.deepEqual(result.badReturns, [], 'a good server is reconnected to at the first attempt');
      assert.equal(result.packets, PACKETS);
      assert.ok(result.reconnects > 0 && result.reconnects + result.unfinished <= PACKETS);
      assert.deepEqual(Object.keys(result.byKind).toSorted(), MUTATION_KINDS.toSorted(), 'every kind was sent');
      assert.deepEqual(result.malformed, [], 'the client itself sends MQTT');
      assert.deepEqual(result.reported, []);
      assert.equal(result.settled, result.accepted, 'every publication is settled');
      assert.equal(result.settledTwice, 0);
      assert.ok(result.closed, 'it closes, and leaves no timer');
      assert.ok(heapInUse() - before < GROWTH);
    });
  }

  for (const [name, bytes] of Object.entries(WITHOUT_IDENTIFIER)) {
    it(`costs the connection: ${name}`, async () => {
      const server = await ScriptedServer.start();
      const { transport, listener } = await connectTransport(tcpStream('127.0.0.1', server.port), {
        protocolVersion: 4,
      });
      server.clients.all[0]?.socket.write(Buffer.from(bytes));
      const { code } = await listener.ends.next();
      transport.destroy();
      await server.stop();
      assert.equal(code, 'protocol-error');
      assert.deepEqual(listener.messages.all, []);
    });
  }
});
