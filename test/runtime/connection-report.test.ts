// What a broker node tells of an outage: one error, a line for each change, and how often the same happened.

import assert from 'node:assert/strict';
import type { Node, NodeAPI } from 'node-red';
import type { ConnectionState } from '#src/connection/connection-state';
import { type ErrorCode, MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { connectionReport } from '#src/runtime/broker/connection-log';
import { serverInfo } from '../helpers/fakes/fake-transport';
import { catalogue } from '../helpers/package/catalogues';

const NEXT = new Date(2026, 10, 22, 14, 3, 5).getTime();

describe('runtime/connection report', () => {
  const texts = catalogue('en-US', 'broker');
  let told: string[];
  let causes: unknown[];
  let report: (state: ConnectionState) => void;

  beforeEach(() => {
    told = [];
    causes = [];
    const line = (level: string) => (text: { toString(): string }) => {
      told.push(`${level}: ${text}`);
      if (text instanceof Error) causes.push(text.cause);
    };
    const node = { log: line('log'), warn: line('warn'), error: line('error') };
    // As Node-RED fills in the texts of a catalogue: each value once, whatever is in it.
    const translate = (key: string, values: Record<string, unknown>): string =>
      (texts.get(key.replace(/^.*:/, '')) ?? key).replace(/__(\w+?)__/g, (_all, name: string) => String(values[name]));
    // The report uses nothing else of Node-RED.
    report = connectionReport({ _: translate } as unknown as NodeAPI, () => node as unknown as Node);
  });

  function fails(code: ErrorCode, attempt: number, server = 'a:1883', params = {}, reasonCode = 0x97): void {
    const error = new MqttFlowsError(code, { stage: 'connack', reasonCode, params });
    report({ kind: 'waiting', error, attempt: attempt + 1, nextAt: NEXT, server });
  }

  function connects(): void {
    report({ kind: 'connected', info: serverInfo(), server: 'a:1883' });
  }

  it('an attempt that fails is told with its number and the time of the next', () => {
    fails('connection-refused', 1);
    assert.match(told[0] ?? '', /^error: a:1883: .*running\? \(attempt 1, next at 14:03:05\)$/);
  });

  it('a connection that is lost is told with the time of the next attempt', () => {
    fails('connection-lost', 0);
    assert.deepEqual(told, ['error: The connection to a:1883 was lost (next attempt at 14:03:05)']);
  });

  it('repeats are not told, but counted when the failure changes and when the connection stands', () => {
    for (const attempt of [1, 2, 3]) fails('connection-refused', attempt);
    for (const attempt of [4, 5]) fails('host-unknown', attempt);
    connects();
    assert.deepEqual(
      told.map((text) => text.replace(/: .*?(\d times|attempt \d|after)/, ': … $1')),
      [
        'error: … attempt 1, next at 14:03:05)',
        'warn: … 2 times more: a:1883: nothing listens there, or a firewall refuses; is the server running?',
        'warn: … attempt 4, next at 14:03:05)',
        'log: … after 5 failed attempts',
      ],
    );
  });

  it('the same refusal for another reason is a change', () => {
    for (const reasonCode of [0x89, 0x89, 0x97]) fails('refused-by-server', 1, 'a:1883', {}, reasonCode);
    assert.deepEqual(
      told.map((text) => /^(\w+): .*\((\d+)\)/.exec(text)?.slice(1)),
      [
        ['error', '137'],
        ['warn', '137'],
        ['warn', '151'],
      ],
    );
  });

  it('several servers with failures of their own are one outage, and one line each', () => {
    for (const attempt of [1, 3, 5]) {
      fails('connection-refused', attempt);
      fails('host-unknown', attempt + 1, 'b:1883');
    }
    assert.deepEqual(
      told.map((text) => text.slice(0, 12)),
      ['error: a:188', 'warn: b:1883'],
    );
  });

  it('each outage is an error of its own', () => {
    fails('connection-lost', 0);
    connects();
    fails('connection-lost', 0);
    assert.equal(told.filter((text) => text.startsWith('error')).length, 2);
  });

  it('what the server says is quoted, and never filled in or translated', () => {
    fails('refused-by-server', 1, 'a:1883', { reasonString: '__server__ $t(errors.host-unknown) <b>' });
    assert.match(
      told[0] ?? '',
      /quota exceeded \(151\) \(the server says: "__server__ \$t\(errors.host-unknown\) <b>"\)/,
    );
  });

  it('a flow can read stage, codes, words, server, attempt and time of it', () => {
    fails('refused-by-server', 2, 'a:1883', { reasonString: 'enough' });
    assert.deepEqual(causes, [
      { stage: 'connack', reasonCode: 0x97, reasonString: 'enough', server: 'a:1883', attempt: 2, nextAt: NEXT },
    ]);
    const read = `stage: connack, reasonCode: 151, reasonString: enough, server: a:1883, attempt: 2, nextAt: ${NEXT}`;
    assert.equal(String(causes[0]), read);
  });
});
