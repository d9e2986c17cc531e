// Secrets that change outside while the flow runs: the next attempt to connect uses the new one, without a deploy.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { embeddedNode, publishNodes, serverNode, unique } from '../helpers/flows/flow-nodes';
import { Device } from '../helpers/servers/device';
import { freePort } from '../helpers/servers/free-port';
import { accepts, Mosquitto, needsMosquitto } from '../helpers/servers/mosquitto';

const USER = 'flows';
const VARIABLE = 'FLOWS_ROTATED_PASSWORD';

for (const protocolVersion of [5, 4] as const) {
  describe(`A secret that is rotated (mosquitto, MQTT ${protocolVersion})`, () => {
    let mosquitto: Mosquitto;
    let folder: string;
    before(function () {
      needsMosquitto(this);
    });
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-rotated-'));
      mosquitto = await Mosquitto.start({ users: { [USER]: 'word-one' } });
    });
    afterEach(async () => {
      await unloadFlow();
      await mosquitto?.stop();
      rmSync(folder, { recursive: true, force: true });
      delete process.env[VARIABLE];
    });

    function load(password: string): Promise<Flow> {
      return loadFlow(
        [
          serverNode('rotated-broker', mosquitto.port, { protocolVersion }),
          ...publishNodes('pub', 'rotated-broker', { qos: 1 }),
        ],
        { 'rotated-broker': { username: USER, password } },
      );
    }

    async function publishes(flow: Flow): Promise<void> {
      const message = { topic: unique('rotated'), payload: 1 };
      flow.inject('pub', message);
      await flow.received('pub-out').next();
    }

    function assertNothingTold(flow: Flow): void {
      const told = flow.everythingTold();
      for (const word of ['word-one', 'word-two']) assert.equal(told.includes(word), false, word);
    }

    const ways: Readonly<Record<string, { setting: () => string; rotate: (word: string) => void }>> = {
      'in a variable': {
        setting: () => `\${${VARIABLE}}`,
        rotate: (word) => {
          process.env[VARIABLE] = word;
        },
      },
      'in a file': {
        setting: () => `file:${join(folder, 'password')}`,
        rotate: (word) => writeFileSync(join(folder, 'password'), `${word}\n`),
      },
    };
    for (const [where, { setting, rotate }] of Object.entries(ways)) {
      it(`${where} before the server knows: works again once it does`, async () => {
        rotate('word-one');
        const flow = await load(setting());
        await flow.connected('pub');
        await publishes(flow);
        rotate('word-two');
        await mosquitto.changeUsers({ [USER]: 'word-two' });
        await publishes(flow);
        assertNothingTold(flow);
      });

      it(`${where} after the server: is refused, and works once it is`, async () => {
        rotate('word-one');
        const flow = await load(setting());
        await flow.connected('pub');
        await mosquitto.changeUsers({ [USER]: 'word-two' });
        await flow
          .statuses('pub')
          .find('the refusal', ({ text }) => /credentials-refused|not-authorized/.test(text ?? ''));
        rotate('word-two');
        await flow.connected('pub');
        await publishes(flow);
        assertNothingTold(flow);
      });
    }

    it('in a missing file is reported with its path, until the file exists', async () => {
      const path = join(folder, 'late');
      const flow = await load(`file:${path}`);
      await flow.showing('pub', 'secret-file-unreadable');
      const { error } = await flow.caught.next();
      assert.equal(error.code, 'secret-file-unreadable');
      writeFileSync(path, 'word-one\n');
      await flow.connected('pub');
      await publishes(flow);
      assert.equal(flow.caught.all.length, 1);
      assertNothingTold(flow);
    });
  });
}

describe('The secrets of the embedded broker', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-embedded-secret-'));
  });
  afterEach(async () => {
    await unloadFlow();
    rmSync(folder, { recursive: true, force: true });
    delete process.env[VARIABLE];
  });

  it('may come from variables and files', async () => {
    const port = await freePort();
    const broker = unique('embedded-secret');
    process.env[VARIABLE] = 'evi';
    writeFileSync(join(folder, 'password'), 'word-three\n');
    const flow = await loadFlow([embeddedNode(broker, { port }), ...publishNodes('pub', broker)], {
      [broker]: { embeddedUsername: `d\${${VARIABLE}}ce`, embeddedPassword: `file:${join(folder, 'password')}` },
    });
    await flow.connected('pub');
    // The port opens when the secrets have been read, whether or not the connection in memory stands.
    while (!(await accepts(port)));
    const device = await Device.connect(port, 'device', 'word-three');
    await device.end();
    await assert.rejects(Device.connect(port, 'device', 'word-one'));
  });
});
