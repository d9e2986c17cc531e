// User names and passwords: the right ones open, wrong ones say so, and none are ever shown.

import assert from 'node:assert/strict';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, unique } from '../helpers/flows/flow-nodes';
import { Mosquitto, needsMosquitto } from '../helpers/servers/mosquitto';

const USERNAME = 'username-known-to-nobody';
const PASSWORD = 'password-known-to-nobody';

for (const protocolVersion of [5, 4] as const) {
  describe(`credentials (mosquitto, MQTT ${protocolVersion})`, () => {
    let mosquitto: Mosquitto;
    before(async function () {
      needsMosquitto(this);
      mosquitto = await Mosquitto.start({ users: { [USERNAME]: PASSWORD } });
    });
    afterEach(unloadFlow);
    after(() => mosquitto?.stop());

    function load(credentials: Record<string, string>): Promise<Flow> {
      return loadFlow(
        [
          serverNode('secret-broker', mosquitto.port, { protocolVersion }),
          ...publishNodes('pub', 'secret-broker', { qos: 1 }),
        ],
        { 'secret-broker': credentials },
      );
    }

    function assertNothingTold(flow: Flow): void {
      const told = flow.everythingTold();
      assert.equal(told.includes(USERNAME), false);
      assert.equal(told.includes(PASSWORD), false);
    }

    it('that are right connect', async () => {
      const flow = await load({ username: USERNAME, password: PASSWORD });
      await flow.connected('pub');
      flow.inject('pub', { topic: unique('secret'), payload: 1 });
      await flow.received('pub-out').next();
      assert.deepEqual(flow.caughtCodes, []);
      assertNothingTold(flow);
    });

    it('of a core broker node that became ours connect, and a user name of ours wins', async () => {
      const moved = await load({ user: USERNAME, password: PASSWORD });
      await moved.connected('pub');
      await unloadFlow();
      const both = await load({ user: 'somebody else', username: USERNAME, password: PASSWORD });
      await both.connected('pub');
    });

    for (const [kind, credentials] of [
      ['whose password is wrong', { username: USERNAME, password: `not-${PASSWORD}` }],
      ['that are missing', {}],
    ] as const) {
      it(`${kind} are reported once, and shown`, async () => {
        const flow = await load(credentials);
        const { error } = await flow.caught.next();
        assert.match(error.code ?? '', /^(credentials-refused|not-authorized)$/);
        await flow.showing('pub', error.code ?? '');
        // Several attempts, one report.
        await flow.statuses('pub').first(6);
        assert.equal(flow.caught.all.length, 1);
        assertNothingTold(flow);
      });
    }

    const inAddress = (url: string, credentials: Record<string, string> = {}): Promise<Flow> =>
      loadFlow(
        [
          serverNode('secret-broker', 0, { protocolVersion, servers: [{ url }] }),
          ...publishNodes('pub', 'secret-broker', { qos: 1 }),
        ],
        { 'secret-broker': credentials },
      );

    it('in the address take precedence over those of the node, and are not shown', async () => {
      const address = `mqtt://${USERNAME}:${PASSWORD}@127.0.0.1:${mosquitto.port}`;
      const flow = await inAddress(address, { username: 'somebody else', password: 'wrong' });
      await flow.connected('pub');
      assertNothingTold(flow);
      await unloadFlow();
      const named = await inAddress(`mqtt://${USERNAME}@127.0.0.1:${mosquitto.port}`, { password: PASSWORD });
      await named.connected('pub');
      assertNothingTold(named);
    });

    it('in an address from variables, as a moved broker node makes one, connect and are not shown', async () => {
      process.env.FLOWS_ADDRESS = `mqtt://${USERNAME}:${PASSWORD}@127.0.0.1:${mosquitto.port}`;
      process.env.FLOWS_HOST = `${USERNAME}:${PASSWORD}@127.0.0.1:1`;
      try {
        for (const url of [
          '${FLOWS_ADDRESS}',
          'mqtt://${FLOWS_ADDRESS}:1',
          `mqtt://\${FLOWS_HOST}:${mosquitto.port}`,
        ]) {
          const flow = await inAddress(url);
          await flow.connected('pub');
          assertNothingTold(flow);
          await unloadFlow();
        }
      } finally {
        delete process.env.FLOWS_ADDRESS;
        delete process.env.FLOWS_HOST;
      }
    });

    it('in an address that is wrong are not shown', async () => {
      const flow = await inAddress(`mqtt://${USERNAME}:${PASSWORD}@127.0.0.1:${mosquitto.port}/path`);
      await flow.showing('secret-broker', 'server-url-invalid');
      await flow.caught.next();
      assertNothingTold(flow);
      await unloadFlow();
      const refused = await inAddress(`mqtt://${USERNAME}:not-${PASSWORD}@127.0.0.1:${mosquitto.port}`);
      await refused.caught.next();
      assertNothingTold(refused);
    });

    it('in the address that a message names connect, and are not shown', async () => {
      const flow = await inAddress('mqtt://127.0.0.1:1');
      flow.inject('pub', {
        action: 'connect',
        broker: { force: true, broker: `${USERNAME}:${PASSWORD}@127.0.0.1:1`, port: mosquitto.port },
      });
      await flow.connected('pub');
      assertNothingTold(flow);
    });
  });
}
