// What a broker node reports about an outage: one error, a log line for each change, and the number of repetitions.

import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';
import type { ConnectionState } from '#src/connection/connection-state';
import { type ErrorCode, MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { connectionReport } from '#src/runtime/broker/connection-log';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { serverInfo } from '../helpers/fakes/fake-transport';
import { catalogue } from '../helpers/package/catalogues';

/** ms; a connection that lives so long ends the outage. */
const STANDS = 10_000;
const NEXT = new Date(2026, 10, 22, 14, 3, 5).getTime();

describe('runtime/connection report', () => {
  const texts = catalogue('en-US', 'broker');
  let told: string[];
  let causes: unknown[];
  /** The errors for Catch nodes, and whether there is a Catch node. */
  let handed: unknown[];
  let caught: boolean;
  let clock: FakeClock;
  let report: (state: ConnectionState) => void;

  beforeEach(() => {
    told = [];
    causes = [];
    handed = [];
    caught = false;
    const line = (level: string) => (text: { toString(): string }) => {
      told.push(`${level}: ${text}`);
      if (text instanceof Error) causes.push(text.cause);
    };
    clock = new FakeClock();
    const handlers = new Set<EventEmitter>();
    const logError = line('error');
    // Like Node-RED: an error with a message is not logged if a Catch node takes it.
    const error = (text: { toString(): string }, message?: object): void => {
      if (message) handed.push(text);
      if (message && caught) return;
      logError(text);
      for (const handler of handlers) handler.emit('log', { level: 20, id: 'broker' });
    };
    const log = {
      addHandler: (handler: EventEmitter) => handlers.add(handler),
      removeHandler: (handler: EventEmitter) => handlers.delete(handler),
    };
    const node = { id: 'broker', log: line('log'), warn: line('warn'), error };
    // As Node-RED fills in the texts of a catalogue: each value once, whatever is in it.
    const translate = (key: string, values: Record<string, unknown>): string =>
      (texts.get(key.replace(/^.*:/, '')) ?? key).replace(/__(\w+?)__/g, (_all, name: string) => String(values[name]));
    // The report uses nothing else of Node-RED.
    report = connectionReport({ _: translate, log } as unknown as NodeAPI, () => node as unknown as Node, clock);
  });

  function fails(code: ErrorCode, attempt: number, server = 'a:1883', params = {}, reasonCode = 0x97): void {
    const error = new MqttFlowsError(code, { stage: 'connack', reasonCode, params });
    report({ kind: 'waiting', error, attempt: attempt + 1, nextAt: clock.now() + NEXT - clock.wall(), server });
  }

  function connects(): void {
    report({ kind: 'connected', info: serverInfo(), server: 'a:1883' });
  }

  it('a failed attempt is reported with its number and the time of the next', () => {
    fails('connection-refused', 1);
    assert.match(told[0] ?? '', /^error: a:1883: .*running\? \(attempt 1, next at 14:03:05\) \[connection-refused\]$/);
  });

  it('a lost connection is reported with the time of the next attempt', () => {
    fails('connection-lost', 0);
    assert.deepEqual(told, ['error: The connection to a:1883 was lost (next attempt at 14:03:05) [connection-lost]']);
  });

  it('repetitions are not reported, but counted when the failure changes and when the connection is made', () => {
    for (const attempt of [1, 2, 3]) fails('connection-refused', attempt);
    for (const attempt of [4, 5]) fails('host-unknown', attempt);
    connects();
    assert.deepEqual(
      told.map((text) => text.replace(/: .*?(\d times|attempt \d|after)/, ': … $1')),
      [
        'error: … attempt 1, next at 14:03:05) [connection-refused]',
        'warn: … 2 times more: a:1883: nothing listens on this port, or a firewall blocks it; is the server running?',
        'warn: … attempt 4, next at 14:03:05) [host-unknown]',
        'log: … after 5 failed attempts',
      ],
    );
  });

  it('the same error with another reason counts as a change', () => {
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

  it('different failures of several servers are one outage, with one log line each', () => {
    for (const attempt of [1, 3, 5]) {
      fails('connection-refused', attempt);
      fails('host-unknown', attempt + 1, 'b:1883');
    }
    assert.deepEqual(
      told.map((text) => text.slice(0, 12)),
      ['error: a:188', 'warn: b:1883'],
    );
  });

  it('each outage is a separate error', () => {
    fails('connection-lost', 0);
    connects();
    clock.advance(STANDS);
    fails('connection-lost', 0);
    assert.equal(told.filter((text) => text.startsWith('error')).length, 2);
  });

  it('an error that a Catch node takes is still logged, once', () => {
    for (const taken of [false, true]) {
      caught = taken;
      fails('connection-refused', 1);
      fails('connection-refused', 2);
      connects();
      clock.advance(STANDS);
    }
    assert.equal(handed.length, 2);
    assert.equal(told.filter((text) => text.startsWith('error')).length, 2);
  });

  it('connections that are lost again at once are one outage, with one line for each reason', () => {
    for (let count = 0; count < 35; count++) {
      connects();
      clock.advance(30);
      fails('connection-lost', 0);
      clock.advance(1000);
    }
    connects();
    clock.advance(STANDS);
    assert.deepEqual(
      told.map((text) => /^\w+: (Connected|The connection)|\d+ times/.exec(text)?.[0]),
      ['log: Connected', 'error: The connection', 'log: Connected', '34 times', 'log: Connected'],
    );
    assert.equal(handed.length, 1);
  });

  it('alternating reasons are reported once each, and again after ten minutes', () => {
    const alternate = (): void => {
      for (let attempt = 1; attempt < 20; attempt++) {
        fails(attempt % 2 ? 'connection-refused' : 'host-unreachable', attempt);
        clock.advance(1000);
      }
    };
    alternate();
    assert.equal(told.length, 2);
    clock.advance(600_000);
    alternate();
    assert.equal(told.filter((text) => /times more/.test(text)).length, 2);
    assert.equal(told.filter((text) => /attempt \d+, next/.test(text)).length, 3 + 1);
  });

  it('text of the server is quoted, and never used as a template or translated', () => {
    fails('refused-by-server', 1, 'a:1883', { reasonString: '__server__ $t(errors.host-unknown) <b>' });
    assert.match(
      told[0] ?? '',
      /quota exceeded \(151\) \(the server says: "__server__ \$t\(errors.host-unknown\) <b>"\)/,
    );
  });

  it('a flow can read stage, codes, reason, server, attempt and time of the error', () => {
    fails('refused-by-server', 2, 'a:1883', { reasonString: 'enough' });
    assert.deepEqual(causes, [
      { stage: 'connack', reasonCode: 0x97, reasonString: 'enough', server: 'a:1883', attempt: 2, nextAt: NEXT },
    ]);
    const read = `stage: connack, reasonCode: 151, reasonString: enough, server: a:1883, attempt: 2, nextAt: ${NEXT}`;
    assert.equal(String(causes[0]), read);
  });
});
