// Node-RED in a container whose user directory is thrown away with it, and the sessions that this leaves on a server.

import assert from 'node:assert/strict';
import type { Node, NodeAPI } from 'node-red';
import { goesWithContainer } from '#src/runtime/storage/container-folder';
import { warnOfLeftSessions } from '#src/runtime/storage/left-session';
import { parseBrokerConfig } from '#src/settings/broker.config';

/** As in a container of Docker with a volume at /data and one at "/my data", and Alpine's Podman beside it. */
const DOCKER = [
  '540 400 0:61 / / rw,relatime master:190 - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A',
  '541 540 0:64 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw',
  '542 540 0:65 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755',
  '550 540 254:1 /var/lib/docker/volumes/flows/_data /data rw,relatime master:1 - ext4 /dev/vda1 rw',
  '551 540 254:1 /srv/more /my\\040data rw,relatime master:1 - ext4 /dev/vda1 rw',
  '552 540 0:70 / /scratch rw,relatime - tmpfs tmpfs rw',
  '',
].join('\n');
const COMPUTER = '25 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n';
/** A system container: its root is kept. */
const LXC = '300 200 0:50 / / rw,relatime - zfs rpool/data/subvol-101 rw\n';

describe('a folder in a container', () => {
  for (const [folder, mountinfo, goes] of [
    ['/usr/src/node-red', DOCKER, true],
    ['/data', DOCKER, false],
    ['/data/deep/below', DOCKER, false],
    ['/database', DOCKER, true],
    ['/my data/flows', DOCKER, false],
    ['/scratch/flows', DOCKER, true],
    ['/', DOCKER, true],
    ['/data', `${DOCKER}560 550 0:71 / /data rw - tmpfs tmpfs rw\n`, true],
    ['/data', COMPUTER, false],
    ['/data', LXC, false],
    ['/data', '', false],
    ['/data', 'garbage\n- -\n', false],
  ] as const) {
    it(`${folder} ${goes ? 'goes with it' : 'stays'} (${mountinfo.split(' - ').at(-1)?.slice(0, 12).trim()})`, () => {
      assert.equal(goesWithContainer(folder, mountinfo), goes);
    });
  }
});

describe('sessions that are left on a server', () => {
  interface Case {
    readonly clientId?: string;
    readonly userDir?: string;
    readonly mountinfo?: string;
    readonly container?: boolean;
    readonly saved?: object;
  }

  function warnings({
    clientId = '',
    userDir = '/usr/src',
    mountinfo = DOCKER,
    container = true,
    saved,
  }: Case): string[] {
    const parsed = parseBrokerConfig({ cleanStart: false, ...saved });
    assert.ok(parsed.ok);
    const told: string[] = [];
    const warn = (text: string): number => told.push(text);
    // The warning uses nothing else of Node-RED.
    const RED = { settings: { userDir }, _: (key: string) => key } as unknown as NodeAPI;
    const machine = {
      environment: {},
      exists: () => container,
      read: (path: string) => (path.endsWith('mountinfo') ? mountinfo : ''),
    };
    warnOfLeftSessions(RED, { warn } as unknown as Node, parsed.config, clientId, machine);
    return told;
  }

  for (const [what, given] of [
    ['in a container without a volume', {}],
    ['also with the name of the host, which is that of the container', { clientId: 'plant-{{hostname}}' }],
    ['also with the name of the host from the environment', { clientId: 'plant-${HOSTNAME}' }],
    ['also where the session is set never to expire', { saved: { sessionExpiryInterval: 0xffff_ffff } }],
  ] as const) {
    it(`cause a warning ${what}`, () => {
      const told = warnings(given);
      assert.equal(told.length, 1);
      assert.match(told[0] ?? '', /log\.leftSessions$/);
    });
  }

  for (const [what, given] of [
    ['on a volume', { userDir: '/data' }],
    ['in no container', { container: false }],
    ['on a computer', { container: false, mountinfo: COMPUTER }],
    ['with a client ID of its own', { clientId: 'plant-7' }],
    ['where the session expires', { saved: { sessionExpiryInterval: 3600 } }],
    ['where no session is kept', { saved: { cleanStart: true } }],
    ['at the embedded broker', { saved: { connectTo: 'embedded' } }],
    ['without a user directory', { userDir: '' }],
  ] as const) {
    it(`cause no warning ${what}`, () => assert.deepEqual(warnings(given), []));
  }
});
