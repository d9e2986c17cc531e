// Secrets from files: they are read again each time, and never shown.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { readSecret } from '#src/runtime/client/secret';

/** A user without any rights, on Linux. */
const NOBODY = 65_534;

describe('A secret', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-secret-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function file(content: string | Buffer): string {
    const path = join(folder, 'secret');
    writeFileSync(path, content);
    return path;
  }

  async function problem(setting: string): Promise<MqttFlowsError> {
    try {
      await readSecret(setting);
    } catch (error) {
      if (error instanceof MqttFlowsError) return error;
      throw error;
    }
    return assert.fail('it was read');
  }

  async function assertProblem(setting: string, expected: string): Promise<void> {
    const { code, stage, params } = await problem(setting);
    assert.deepEqual([code, stage], ['secret-file-unreadable', 'config']);
    assert.equal(params.problemKey, `file.${expected}`);
  }

  for (const text of ['', 'plain', 'File:/x', ' file:/x', 'a file:/x']) {
    it(`is the saved text: "${text}"`, async () => assert.equal(await readSecret(text), text));
  }

  for (const [content, expected] of [
    ['secret', 'secret'],
    ['secret\n', 'secret'],
    ['secret\r\n', 'secret'],
    ['secret\n\n', 'secret\n'],
    [' pass word ', ' pass word '],
    ['päßwörd\n', 'päßwörd'],
    ['', ''],
  ] as const) {
    it(`is the content of a file without its last newline: ${JSON.stringify(content)}`, async () => {
      assert.equal(await readSecret(`file:${file(content)}`), expected);
    });
  }

  it('is read again each time', async () => {
    const path = file('old');
    assert.equal(await readSecret(`file:${path}`), 'old');
    file('new');
    assert.equal(await readSecret(`file:${path}`), 'new');
  });

  it('is found by a file URL and behind a link', async () => {
    const path = file('secret');
    symlinkSync(path, join(folder, 'link'));
    assert.equal(await readSecret(pathToFileURL(path).href), 'secret');
    assert.equal(await readSecret(`file:${join(folder, 'link')}`), 'secret');
  });

  it('may have at most as many bytes as MQTT can carry', async () => {
    assert.equal((await readSecret(`file:${file('x'.repeat(65_535))}`)).length, 65_535);
    await assertProblem(`file:${file('x'.repeat(65_536))}`, 'tooLarge');
  });

  it('names the path in the error, and nothing of the content', async () => {
    const path = file(Buffer.from([0x73, 0x65, 0x63, 0xff]));
    const { params, message } = await problem(`file:${path}`);
    assert.equal(params.path, path);
    assert.equal(JSON.stringify([params, message]).includes('sec\u{fffd}'), false);
    await assertProblem(`file:${path}`, 'notText');
  });

  it('is read from regular files only', async () => {
    await assertProblem(`file:${join(folder, 'gone')}`, 'missing');
    await assertProblem(`file:${join(file('x'), 'below')}`, 'missing');
    await assertProblem(`file:${folder}`, 'notFile');
    await assertProblem('file:', 'notAbsolute');
    await assertProblem('file:relative/path', 'notAbsolute');
    await assertProblem('file://host/share', 'notAbsolute');
  });

  it('is not waited for in a named pipe', async function () {
    if (process.platform === 'win32') return this.skip();
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await assertProblem(`file:${join(folder, 'pipe')}`, 'notFile');
  });

  it('is not read from a file without permission', async () => {
    const path = file('secret');
    chmodSync(path, 0);
    // The superuser may read everything, and is nobody for a moment.
    const superuser = process.geteuid?.() === 0;
    if (superuser) process.seteuid?.(NOBODY);
    try {
      await assertProblem(`file:${path}`, 'denied');
    } finally {
      if (superuser) process.seteuid?.(0);
    }
  });
});
