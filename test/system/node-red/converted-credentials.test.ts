// A flow file of a Node-RED that the command has converted: user name and password stay in Node-RED's file of credentials,
// which nobody touches, and the moved nodes still connect with them.

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
  this.timeout(120_000);
  let mosquitto: Mosquitto;
  let userDir: string;
  let nodeRed: NodeRedProcess | undefined;

  before(async function () {
    needsMosquitto(this);
    mosquitto = await Mosquitto.start({ users: { [USER]: PASSWORD } });
    userDir = emptyUserDir();
    linkPackage(userDir);
  });

  after(async () => {
    await nodeRed?.stop();
    await mosquitto?.stop();
    removeUserDir(userDir);
  });

  it('connects with the credentials that Node-RED has kept for the core nodes', async () => {
    const flows = join(userDir, 'flows.json');
    writeFileSync(flows, '[]');
    nodeRed = await NodeRedProcess.start(userDir);
    await nodeRed.admin('flows', { method: 'POST', body: JSON.stringify(flowFor(mosquitto.port)) });
    await nodeRed.waitForOutput('core received');
    await nodeRed.stop();
    const kept = readFileSync(join(userDir, 'flows_cred.json'), 'utf8');

    const command = join(repository, 'dist/command/mqtt-flows.js');
    const { status, stdout } = spawnSync(process.execPath, [command, 'convert', flows], { encoding: 'utf8' });
    assert.equal(status, 0);
    assert.doesNotMatch(stdout, /"type":"mqtt(-broker| in| out)"/);
    assert.ok(!stdout.includes(USER) && !stdout.includes(PASSWORD));
    writeFileSync(flows, stdout.replace('core received', 'ours received'));

    nodeRed = await NodeRedProcess.start(userDir);
    await nodeRed.waitForOutput('ours received');
    assert.equal(readFileSync(join(userDir, 'flows_cred.json'), 'utf8'), kept);
  });
});

/** Publishes each second, and writes what comes back to the log. */
function flowFor(port: number): object[] {
  const credentials = { user: USER, password: PASSWORD };
  const inject = { props: [], repeat: '1', once: true, onceDelay: '0.1', wires: [['text']] };
  const text = { func: 'return { payload: "x", qos: 1 };', outputs: 1, wires: [['out']] };
  return [
    tab(),
    { ...coreBroker('b', { broker: '127.0.0.1', port: String(port) }), credentials },
    node('inject', 'inject', inject),
    node('text', 'function', text),
    coreOut('out', 'b', 'a/b'),
    coreIn('in', 'b', 'a/+', {}, ['log']),
    node('log', 'function', { func: 'node.warn("core received");', wires: [[]] }),
  ];
}
