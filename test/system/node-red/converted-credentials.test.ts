// A flow file of a Node-RED that the command has converted: user name and password stay in Node-RED's file of credentials,
// which nobody touches, or in the address where they were, and the moved nodes still connect with them.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { coreBroker, coreIn, coreOut, node, tab } from '../../helpers/flows/core-flow';
import { emptyUserDir, linkPackage, NodeRedProcess, removeUserDir } from '../../helpers/flows/node-red-process';
import { repository } from '../../helpers/package/environment';
import { Mosquitto, needsMosquitto } from '../../helpers/servers/mosquitto';

const USER = 'user-known-to-nobody';
const PASSWORD = 'password-known-to-nobody';

describe('A converted flow file', function () {
  this.timeout(300_000);
  let mosquitto: Mosquitto;
  let userDir: string;
  let nodeRed: NodeRedProcess | undefined;

  before(async function () {
    needsMosquitto(this);
    mosquitto = await Mosquitto.start({ users: { [USER]: PASSWORD } });
    userDir = emptyUserDir();
    linkPackage(userDir);
  });

  afterEach(() => nodeRed?.stop());
  after(async () => {
    await mosquitto?.stop();
    removeUserDir(userDir);
  });

  /** Converts the flow file `flows`, in which the log line of a core node changes. */
  function convert(flows: string): string {
    const command = join(repository, 'dist/command/mqtt-flows.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'convert', flows], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.ok(!stderr.includes(USER) && !stderr.includes(PASSWORD), stderr);
    assert.doesNotMatch(stdout, /"type":"mqtt(-broker| in| out)"/);
    writeFileSync(flows, stdout.replace('core received', 'ours received'));
    return stdout;
  }

  it('connects with the credentials that Node-RED has kept for the core nodes', async () => {
    const flows = join(userDir, 'flows.json');
    writeFileSync(flows, '[]');
    nodeRed = await NodeRedProcess.start(userDir);
    await nodeRed.deploy(flowFor(mosquitto.port));
    await nodeRed.waitForOutput('core received');
    await nodeRed.stop();
    const kept = readFileSync(join(userDir, 'flows_cred.json'), 'utf8');

    const converted = convert(flows);
    assert.ok(!converted.includes(USER) && !converted.includes(PASSWORD));

    nodeRed = await NodeRedProcess.start(userDir);
    await nodeRed.waitForOutput('ours received');
    assert.equal(readFileSync(join(userDir, 'flows_cred.json'), 'utf8'), kept);
  });

  it('connects with the credentials that stand in the address, and never shows them', async () => {
    const flows = join(userDir, 'flows.json');
    const inAddress = flowFor(mosquitto.port, { broker: `${USER}:${PASSWORD}@127.0.0.1`, credentials: {} });
    // Under another identifier than that of the test before, whose credentials Node-RED has.
    writeFileSync(flows, JSON.stringify(inAddress).replaceAll('"b"', '"b2"'));
    convert(flows);
    nodeRed = await NodeRedProcess.start(userDir);
    await nodeRed.waitForOutput('ours received');
    assert.ok(!nodeRed.output.includes(USER) && !nodeRed.output.includes(PASSWORD));
  });
});

/** Publishes each second, and writes what comes back to the log. */
function flowFor(port: number, settings: object = {}): object[] {
  const credentials = { user: USER, password: PASSWORD };
  const inject = { props: [], repeat: '1', once: true, onceDelay: '0.1', wires: [['text']] };
  const text = { func: 'return { payload: "x", qos: 1 };', outputs: 1, wires: [['out']] };
  return [
    tab(),
    { ...coreBroker('b', { broker: '127.0.0.1', port: String(port) }), credentials, ...settings },
    node('inject', 'inject', inject),
    node('text', 'function', text),
    coreOut('out', 'b', 'a/b'),
    coreIn('in', 'b', 'a/+', {}, ['log']),
    node('log', 'function', { func: 'node.warn("core received");', wires: [[]] }),
  ];
}
