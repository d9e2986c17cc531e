// What may be behind a server that cannot be reached: a container, a name of mDNS, a missing network interface.

import assert from 'node:assert/strict';
import { errorSentence } from '#src/core/errors/error-sentence';
import { type ErrorCode, type ErrorParams, MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { isContainer } from '#src/transport/streams/container';
import { networkHint } from '#src/transport/streams/network-hint';
import { tcpStream } from '#src/transport/streams/tcp-stream';
import { catalogue } from '../helpers/package/catalogues';
import { freePort } from '../helpers/servers/free-port';

const never = new AbortController().signal;
const ignore = (): void => {};
const NOWHERE = { environment: {}, exists: () => false, read: () => '' };

describe('a hint of the network', () => {
  for (const [code, host, reason, inside, outside] of [
    ['connection-refused', 'localhost', 'ECONNREFUSED', 'containerLocalhost', undefined],
    ['connection-refused', '127.0.0.1', 'ECONNREFUSED', 'containerLocalhost', undefined],
    ['connection-refused', '::1', 'ECONNREFUSED', 'containerLocalhost', undefined],
    ['connection-refused', 'mosquitto', 'ECONNREFUSED', undefined, undefined],
    ['host-unknown', 'mosquitto', 'ENOTFOUND', 'containerName', undefined],
    ['host-unknown', 'mqtt.example.com', 'ENOTFOUND', undefined, undefined],
    ['host-unknown', 'homeassistant.local', 'ENOTFOUND', 'multicastName', 'multicastName'],
    ['host-unknown', 'Pi.LOCAL.', 'EAI_AGAIN', 'multicastName', 'multicastName'],
    ['host-unknown', 'local', 'ENOTFOUND', 'containerName', undefined],
    ['connection-timeout', 'localhost', 'ETIMEDOUT', undefined, undefined],
    ['connection-failed', 'fe80::1', 'EINVAL', 'zone', 'zone'],
    ['connection-failed', '2001:db8::1', 'EINVAL', undefined, undefined],
    ['connection-failed', 'fe80.example', 'EINVAL', undefined, undefined],
  ] as const) {
    it(`${code} of ${host}: ${inside ?? 'nothing'} in a container, ${outside ?? 'nothing'} elsewhere`, () => {
      const error = new MqttFlowsError(code satisfies ErrorCode, { stage: 'tcp', params: { reason } });
      assert.equal(
        networkHint(error, host, () => true),
        inside,
      );
      assert.equal(
        networkHint(error, host, () => false),
        outside,
      );
    });
  }

  it('is part of the error of a connection', async () => {
    const port = await freePort();
    const refused = { code: 'connection-refused', stage: 'tcp' };
    const params = { host: '127.0.0.1', port, reason: 'ECONNREFUSED' };
    await assert.rejects(tcpStream('127.0.0.1', port, () => false)(ignore, never), { ...refused, params });
    const hinted = { ...params, hintKey: 'networkHint.containerLocalhost' };
    await assert.rejects(tcpStream('127.0.0.1', port, () => true)(ignore, never), { ...refused, params: hinted });
  });

  for (const language of ['en-US', 'de']) {
    it(`follows the sentence of the error (${language})`, () => {
      const texts = catalogue(language, 'broker');
      const filled = (key: string, values: Readonly<Record<string, string | number>>): string =>
        (texts.get(key) ?? '').replace(/__(\w+)__/g, (_, name: string) => String(values[name]));
      const sentence = (params: ErrorParams): string => {
        const error = new MqttFlowsError('connection-refused', { stage: 'tcp', params });
        return errorSentence(error, { server: 'localhost:1883' }, filled);
      };
      const params = { host: 'localhost', port: 1883, reason: 'ECONNREFUSED' };
      const bare = sentence(params);
      assert.match(bare, /^localhost:1883.*\?$/);
      const hinted = sentence({ ...params, hintKey: 'networkHint.containerLocalhost' });
      assert.ok(hinted.startsWith(`${bare} (`), hinted);
      assert.match(hinted, /Container.*localhost/i);
    });
  }

  for (const [what, surroundings, expected] of [
    ['nothing', NOWHERE, false],
    ['Docker', { ...NOWHERE, exists: (path: string) => path === '/.dockerenv' }, true],
    ['Podman', { ...NOWHERE, exists: (path: string) => path === '/run/.containerenv' }, true],
    ['Kubernetes', { ...NOWHERE, environment: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } }, true],
    ['LXC', { ...NOWHERE, environment: { container: 'lxc' } }, true],
    ['control groups of Docker', { ...NOWHERE, read: () => '4:memory:/docker/0123\n' }, true],
    ['control groups of a pod', { ...NOWHERE, read: () => '0::/kubepods/besteffort/pod1\n' }, true],
    ['control groups of a computer', { ...NOWHERE, read: () => '0::/init.scope\n' }, false],
    ['the service of Docker itself', { ...NOWHERE, read: () => '0::/system.slice/ssh.service\n' }, false],
  ] as const) {
    it(`a container is recognized: ${what}`, () => assert.equal(isContainer(surroundings), expected));
  }
});
