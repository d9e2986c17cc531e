// The files of a tls-config node, read when an attempt needs them.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { currentCertificates, deployedCertificates } from '#src/runtime/client/server-certificates';

describe('the files of a TLS configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-tls-files-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Node-RED with this tls-config node, which could read nothing when it was deployed. */
  function withConfig(files: { cert?: string; key?: string; ca?: string }): NodeAPI {
    const saved = { id: 'tls', type: 'tls-config', name: 'plant', cert: '', key: '', ca: '', ...files };
    const credentials = { passphrase: 'of the key' };
    const node = {
      ...saved,
      credentials,
      valid: false,
      addTLSOptions: (options: object) => ({ ...options, servername: 'plant' }),
    };
    const nodes = { getNode: () => node, eachNode: (each: (definition: object) => void) => each(saved) };
    // The reader uses nothing else of Node-RED here.
    return { nodes } as unknown as NodeAPI;
  }

  async function failure(
    files: Parameters<typeof withConfig>[0],
  ): Promise<[code: string, path: unknown, why: unknown]> {
    const error: unknown = await currentCertificates(withConfig(files), 'tls').then(
      () => assert.fail('they were read'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof MqttFlowsError);
    return [error.code, error.params.path, error.params.problemKey];
  }

  it('are read anew for each attempt', async () => {
    const [cert, key, ca] = [join(folder, 'cert'), join(folder, 'key'), join(folder, 'ca')];
    const RED = withConfig({ cert, key, ca });
    for (const word of ['first', 'second']) {
      for (const path of [cert, key, ca]) writeFileSync(path, `${word} ${path}`);
      const options = await currentCertificates(RED, 'tls');
      assert.equal(String(options.cert), `${word} ${cert}`);
      assert.equal(String(options.key), `${word} ${key}`);
      assert.equal(String(options.ca), `${word} ${ca}`);
      assert.deepEqual([options.servername, options.passphrase], ['plant', 'of the key']);
    }
  });

  it('are named in the error when they cannot be read', async () => {
    const missing = join(folder, 'missing');
    assert.deepEqual(await failure({ ca: missing }), ['tls-file-unreadable', missing, 'file.missing']);
    assert.deepEqual(await failure({ ca: folder }), ['tls-file-unreadable', folder, 'file.notFile']);
    const large = join(folder, 'large');
    writeFileSync(large, 'x'.repeat(2 * 1024 * 1024));
    assert.deepEqual(await failure({ ca: large }), ['tls-file-unreadable', large, 'file.tooLarge']);
  });

  it('with invalid content are refused at the deploy', async () => {
    for (const files of [{}, { cert: 'x' }, { key: 'x', ca: 'y' }]) {
      const deployed = deployedCertificates(withConfig(files), 'tls');
      assert.equal(deployed.ok ? '' : deployed.error.code, 'tls-config-invalid');
    }
    assert.equal(deployedCertificates(withConfig({ cert: 'x', key: 'y' }), 'tls').ok, true);
  });
});
