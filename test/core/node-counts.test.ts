// The tables "by hand" and "here" in docs/values.md: both flows of each row as nodes, so that what is written there is counted.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brokerFromCore } from '#src/core/conversion/broker-from-core';
import { conversionDefaults } from '#src/core/conversion/conversion-options';
import { jsonToggles } from '#src/core/conversion/json-toggle';
import { type MessagesAboutClient, presenceOf } from '#src/core/servers/presence';
import { parsePublishConfig, publishDefaults } from '#src/settings/publish.config';
import { repository } from '../helpers/package/environment';

interface FlowNode extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly type: string;
}

interface Pair {
  /** The first cell of its row. */
  readonly flow: string;
  readonly byHand: readonly FlowNode[];
  readonly here: readonly FlowNode[];
}

function node(id: string, type: string, next: readonly (readonly string[])[], settings: object = {}): FlowNode {
  return { ...settings, id, type, wires: next };
}

const broker = { broker: 'b' };
const call = (id: string, func: readonly string[], next: string): FlowNode =>
  node(id, 'function', [[next]], { func: func.join('\n'), outputs: 1 });
const inject = (repeat: string, payload: string, payloadType = 'str'): FlowNode =>
  node('inject', 'inject', [['next']], {
    ...{ props: [{ p: 'payload' }], payload, payloadType, repeat, once: true, onceDelay: 0.1 },
  });
const coreOut = (settings: object): FlowNode => node('next', 'mqtt out', [], { ...broker, ...settings });
const coreIn = (datatype: string, ...next: string[]): FlowNode =>
  node('in', 'mqtt in', [next], { ...broker, topic: 'plug/+/energy', qos: '1', datatype });
const publish = (settings: object): FlowNode =>
  node('publish', 'mqtt-flows-publish', [[]], { ...publishDefaults, ...broker, topicType: 'str', ...settings });
const subscribe = (next: string, subscription: object): FlowNode =>
  node('subscribe', 'mqtt-flows-subscribe', [[next]], { ...broker, format: 'auto', subscriptions: [subscription] });
const json = (id: string, next: string): FlowNode => node(id, 'json', [[next]], { property: 'payload', action: '' });
/** The state of the connection, as a node with this id shows it. */
const status = (next: string): FlowNode => node('status', 'status', [[next]], { scope: ['in'] });
const connected = node('switch', 'switch', [['next']], {
  ...{ property: 'status.fill', propertyType: 'msg', outputs: 1 },
  rules: [{ t: 'eq', v: 'green', vt: 'str' }],
});

/** A core broker node with the three messages, field by field. */
const coreBroker = Object.fromEntries(
  [
    ['birth', 'online'],
    ['close', 'offline'],
    ['will', 'offline'],
  ].flatMap(([name, word]) => [
    [`${name}Topic`, 'plant/gateway'],
    [`${name}Payload`, word],
    [`${name}Qos`, '1'],
    [`${name}Retain`, 'true'],
  ]),
);

const PAIRS: readonly Pair[] = [
  {
    flow: 'ask a device for its state at connection',
    byHand: [status('switch'), connected, coreOut({ topic: 'lamp/get', qos: '1' })],
    here: [publish({ topic: 'lamp/get', payload: '{"state":""}', payloadType: 'json', atConnection: true })],
  },
  {
    flow: 'keep-alive every 60 s',
    byHand: [inject('60', 'alive'), coreOut({ topic: 'gateway/alive', qos: '0' })],
    here: [publish({ topic: 'gateway/alive', payload: 'alive', payloadType: 'str', interval: 60 })],
  },
  {
    flow: 'heartbeat with time, at connection and every 10 s',
    byHand: [
      { ...inject('10', ''), wires: [['time']] },
      status('switch'),
      { ...connected, wires: [['time']] },
      call('time', ['msg.payload = { time: Date.now() };', 'return msg;'], 'next'),
      coreOut({ topic: 'gateway/beat', qos: '1' }),
    ],
    here: [
      publish({
        ...{ topic: 'gateway/beat', payload: '{ "time": {{$now}} }', payloadType: 'json' },
        ...{ atConnection: true, interval: 10 },
      }),
    ],
  },
  { flow: 'online and offline at one topic, over lost connections too', byHand: [], here: [] },
  {
    flow: 'the state of the connection, published and retained',
    byHand: [
      status('state'),
      call(
        'state',
        ["msg.payload = msg.status.fill === 'green' ? 'online' : 'offline';", 'msg.retain = true;', 'return msg;'],
        'next',
      ),
      coreOut({ topic: 'plant/gateway', qos: '1' }),
    ],
    here: [],
  },
  {
    flow: 'a sign of life every 30 s, whose absence another flow takes for offline',
    byHand: [
      inject('30', 'online'),
      coreOut({ topic: 'plant/gateway', qos: '1' }),
      coreIn('utf8', 'trigger'),
      node('trigger', 'trigger', [['debug']], { op1type: 'pay', op2: 'offline', duration: '90', extend: true }),
    ],
    here: [subscribe('debug', { filter: 'plant/gateway', qos: 1 })],
  },
  {
    flow: 'JSON of a device, one value of it',
    byHand: [
      coreIn('utf8', 'json'),
      json('json', 'change'),
      node('change', 'change', [['debug']], {
        rules: [{ t: 'set', p: 'payload', pt: 'msg', to: 'payload.ENERGY.Power', tot: 'msg' }],
      }),
    ],
    here: [subscribe('debug', { filter: 'plug/+/energy', qos: 1, value: { from: 'ENERGY.Power' } })],
  },
  {
    flow: 'JSON of some devices, text of others',
    byHand: [
      coreIn('utf8', 'switch'),
      node('switch', 'switch', [['json'], ['debug']], {
        ...{ property: 'payload', propertyType: 'msg', outputs: 2 },
        rules: [{ t: 'regex', v: '^[{[]', vt: 'str' }, { t: 'else' }],
      }),
      json('json', 'debug'),
    ],
    here: [subscribe('debug', { filter: 'plug/+/energy', qos: 1 })],
  },
  {
    flow: 'JSON to a function, in which a second json node mends what the first has undone',
    byHand: [
      coreIn('auto-detect', 'json'),
      json('json', 'again'),
      json('again', 'function'),
      call('function', ['msg.payload = msg.payload.celsius * 1.8 + 32;', 'return msg;'], 'debug'),
    ],
    here: [
      subscribe('function', { filter: 'plug/+/energy', qos: 1 }),
      call('function', ['msg.payload = msg.payload.celsius * 1.8 + 32;', 'return msg;'], 'debug'),
    ],
  },
];

/** Such as "3 nodes, 2 lines": the lines are those of functions. */
function counted(nodes: readonly FlowNode[]): string {
  const lines = nodes.reduce((sum, { func }) => sum + (typeof func === 'string' ? func.split('\n').length : 0), 0);
  const amount = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
  return lines === 0 ? amount(nodes.length, 'node') : `${amount(nodes.length, 'node')}, ${amount(lines, 'line')}`;
}

/** The row of the table that begins with `flow`, cell by cell. */
function rowOf(flow: string): string[] {
  const lines = readFileSync(join(repository, 'docs/values.md'), 'utf8').split('\n');
  const row = lines.find((line) => line.startsWith(`| ${flow} |`));
  assert.ok(row, flow);
  return row.split('|').map((cell) => cell.trim());
}

describe('the flows by hand and with the settings, in docs/values.md', () => {
  for (const { flow, byHand, here } of PAIRS) {
    it(`are counted: ${flow}`, () => {
      const [, , hand = '', settings = ''] = rowOf(flow);
      assert.deepEqual([hand.split(':')[0], settings.split(':')[0]], [counted(byHand), counted(here)]);
    });
  }

  it('have publish nodes that send by themselves', () => {
    const publishing = PAIRS.flatMap(({ here }) => here).filter(({ type }) => type === 'mqtt-flows-publish');
    assert.equal(publishing.length, 3);
    for (const one of publishing) {
      const parsed = parsePublishConfig(one);
      assert.ok(parsed.ok && parsed.config.own, JSON.stringify(one));
    }
  });

  it('have twelve fields for presence by hand', () => {
    assert.equal(Object.keys(coreBroker).length, 12);
    const core = { id: 'b', type: 'mqtt-broker', broker: 'localhost', port: '1883', ...coreBroker };
    const converted = brokerFromCore(core, conversionDefaults);
    assert.ok(converted.ok);
    const { birth, close, will } = converted.node as unknown as MessagesAboutClient;
    assert.deepEqual(presenceOf({ birth, close, will }), {
      topic: 'plant/gateway',
      online: 'online',
      offline: 'offline',
    });
  });

  it('have a json node by hand that undoes what the subscriber has parsed', () => {
    const byHand = PAIRS.at(-1)?.byHand ?? [];
    const toggling = { ...subscribe('json', { filter: 'a' }) };
    const found = jsonToggles([toggling, ...byHand], toggling);
    assert.ok(found.some(({ id }) => id === 'json'));
  });
});
