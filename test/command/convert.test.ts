// The command `convert`, as a process: what it reads, what it writes where, and how it ends.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FlowNode } from '#src/core/conversion/flow-node';
import { coreBroker, coreIn, coreOut, tab } from '../helpers/flows/core-flow';
import { repository } from '../helpers/package/environment';
import { readJson } from '../helpers/package/package-files';

const { bin } = readJson('package.json') as { bin: Readonly<Record<string, string>> };
const command = join(repository, Object.values(bin)[0] ?? '');

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly notes: string;
}

function run(args: readonly string[], input = '', env: Readonly<Record<string, string>> = { LANG: 'C' }): Outcome {
  const { LC_ALL: _all, LC_MESSAGES: _messages, LANG: _lang, ...others } = process.env;
  const options = { input, encoding: 'utf8', env: { ...others, ...env } } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], options);
  return { code: status, out: stdout, notes: stderr };
}

function typesOf(json: string): string[] {
  return (JSON.parse(json) as FlowNode[]).map(({ type }) => type);
}

const FLOW = [tab(), coreBroker('b'), coreIn('in', 'b', 'a'), coreOut('out', 'b', 'a')];
const MOVED = ['tab', 'mqtt-flows-broker', 'mqtt-flows-subscribe', 'mqtt-flows-publish'];

describe('The command convert', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-test-'));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  function file(content: string): string {
    const path = join(folder, 'flows.json');
    writeFileSync(path, content);
    return path;
  }

  it('writes the new flow to standard output, and changes nothing in the file', () => {
    const text = JSON.stringify(FLOW);
    const path = file(text);
    const { code, out, notes } = run(['convert', path]);
    assert.deepEqual([code, typesOf(out)], [0, MOVED]);
    assert.equal(notes, '3 nodes replaced, 0 with a note; 0 cannot be replaced and stay.\n');
    assert.equal(readFileSync(path, 'utf8'), text);
  });

  it('reads standard input without a file, and keeps the layout of the text', () => {
    const text = `${JSON.stringify(FLOW, null, 4)}\n`;
    const { code, out } = run(['convert'], text);
    assert.equal(code, 0);
    assert.match(out, /^\[\n {4}\{\n {8}"id"/);
    assert.ok(out.endsWith(']\n'));
    assert.equal(out, `${JSON.stringify(JSON.parse(out), null, 4)}\n`);
  });

  it("reads what Node-RED's API gives, and writes the same around the nodes", () => {
    const { out } = run(['convert', '-'], JSON.stringify({ rev: 'abc', flows: FLOW }));
    const answer = JSON.parse(out) as { rev: string; flows: FlowNode[] };
    assert.deepEqual([answer.rev, answer.flows.map(({ type }) => type)], ['abc', MOVED]);
  });

  it('gives the same result each time', () => {
    const text = JSON.stringify([coreBroker('b', { usetls: true }), ...FLOW.slice(2)]);
    assert.equal(run(['convert'], text).out, run(['convert'], text).out);
  });

  it('prints the notes on each node to standard error', () => {
    const flow = [coreBroker('b', { usetls: true, name: 'cloud' })];
    const { notes } = run(['convert'], JSON.stringify(flow));
    assert.match(notes, /^note: mqtt-broker "cloud" \(b\): The certificate of the server is not verified, as before/);
  });

  it('ends with 2 when a node cannot be replaced, which stays as it is', () => {
    const flow = [coreBroker('b', { broker: 'wxs://host' }), coreIn('in', 'b', 'a')];
    const { code, out, notes } = run(['convert'], JSON.stringify(flow));
    assert.equal(code, 2);
    assert.deepEqual(JSON.parse(out), flow);
    assert.match(notes, /^cannot: mqtt-broker/m);
  });

  it('speaks the language of the environment', () => {
    const { notes } = run(['convert'], JSON.stringify(FLOW), { LANG: 'de_DE.UTF-8' });
    assert.match(notes, /^3 Nodes ersetzt/);
    assert.match(run(['convert'], JSON.stringify(FLOW), { LANG: 'xx' }).notes, /^3 nodes replaced/);
  });

  it('takes the options of the dialog', () => {
    const flow = JSON.stringify([coreBroker('b', { usetls: true }), ...FLOW.slice(2)]);
    const args = ['convert', '--tls', 'verified', '--offline=fail', '--retained-again'];
    const nodes = JSON.parse(run(args, flow).out) as FlowNode[];
    assert.deepEqual(
      nodes.map(({ tls, retainedAgain, whileOffline }) => ({ tls, retainedAgain, whileOffline })),
      JSON.parse(JSON.stringify([{ tls: '' }, { retainedAgain: true }, { whileOffline: 'fail' }])).map(
        (each: object) => ({ tls: undefined, retainedAgain: undefined, whileOffline: undefined, ...each }),
      ),
    );
  });

  it('puts core nodes back', () => {
    const { code, out } = run(['convert', '--back'], run(['convert'], JSON.stringify(FLOW)).out);
    assert.deepEqual([code, typesOf(out)], [0, FLOW.map(({ type }) => type)]);
  });

  it('says that core nodes do not find the user names that broker nodes had', () => {
    const again = 'If the server needs a user name and a password, enter them again.';
    const back = (...nodes: FlowNode[]): string[] =>
      run(['convert', '--back'], JSON.stringify(nodes))
        .notes.split('\n')
        .filter((line) => line.includes(again));
    const broker = { id: 'b', type: 'mqtt-flows-broker', servers: [{ url: 'mqtt://host' }], protocolVersion: 4 };
    assert.deepEqual(back(broker), [`note: mqtt-flows-broker "mqtt://host" (b): ${again}`]);
    assert.deepEqual(back({ ...broker, credentials: { username: 'me' } }), []);
    const users = ['publish', 'state'].map((kind) => ({
      id: kind,
      type: `mqtt-flows-${kind}`,
      topic: '',
      broker: 'b',
    }));
    assert.equal(back(broker, ...users).length, 1);
  });

  it('prints no control characters from a flow to the terminal', () => {
    const flow = [coreBroker('b', { name: 'x\u001b[2J\u202ey\nz', usetls: true })];
    assert.doesNotMatch(run(['convert'], JSON.stringify(flow)).notes.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
  });

  const wrong: readonly [string, readonly string[], string, RegExp][] = [
    ['a file that is not there', ['convert', 'nowhere.json'], '', /^nowhere\.json cannot be read: /],
    ['what is no JSON', ['convert'], 'flow', /^standard input holds no flow/],
    ['what is no flow', ['convert'], '{"a":1}', /^standard input holds no flow/],
    ['an option that it does not know', ['convert', '--all'], '', /^Unknown option: --all\n\nUsage: /],
    ['a value that an option does not have', ['convert', '--tls', 'maybe'], '', /^Unknown option: --tls maybe/],
    [
      'a broker node that is not there',
      ['convert', '--broker', 'in'],
      JSON.stringify(FLOW),
      /^The flow has no broker node/,
    ],
    ['several files', ['convert', 'a', 'b'], '', /^Name one file\.\n/],
    ['another command', ['deploy'], '', /^Usage: /],
  ];
  for (const [what, args, input, said] of wrong) {
    it(`ends with 1 and writes nothing for ${what}`, () => {
      const { code, out, notes } = run(args, input);
      assert.deepEqual([code, out], [1, '']);
      assert.match(notes, said);
    });
  }

  it('shows how it is used', () => {
    for (const args of [[], ['convert', '--help']])
      assert.match(run(args).notes, /^Usage: node-red-mqtt-flows convert/);
  });
});
