// Messages that control subscriptions and the connection.

import { type ControlCase, VERSIONS, type Version } from './moving-case';

type Messages = (topic: string) => readonly object[];

const LIST = { action: 'getSubscriptions' };

/** For nodes that receive: what they have subscribed to afterwards shows in their list and in what they receive. */
const RECEIVING: readonly [string, Messages][] = [
  ['subscribe with a text', (topic) => [{ action: 'subscribe', topic }, LIST]],
  ['subscribe with a list', (topic) => [{ action: 'subscribe', topic: [topic, `${topic}/+`] }, LIST]],
  [
    'subscribe with options',
    (topic) => [{ action: 'subscribe', topic: { topic, qos: 1, nl: false, rap: true, rh: 0 } }, LIST],
  ],
  [
    'subscribe with options as text',
    (topic) => [{ action: 'subscribe', topic: { topic, qos: '1', rap: 'false', rh: '2' } }, LIST],
  ],
  ['subscribe with an output', (topic) => [{ action: 'subscribe', topic: { topic, datatype: 'buffer' } }]],
  ['subscribe with the output auto', (topic) => [{ action: 'subscribe', topic: { topic, datatype: 'auto' } }]],
  [
    'subscribe twice',
    (topic) => [{ action: 'subscribe', topic }, { action: 'subscribe', topic: { topic, qos: 0 } }, LIST],
  ],
  ['subscribe without a topic', () => [{ action: 'subscribe' }, LIST]],
  ['subscribe with an empty topic', () => [{ action: 'subscribe', topic: '' }, LIST]],
  ['subscribe with a number', () => [{ action: 'subscribe', topic: 7 }, LIST]],
  ['subscribe with a filter that is not valid', (topic) => [{ action: 'subscribe', topic: `${topic}/a+` }, LIST]],
  ['subscribe with one of two that is not valid', (topic) => [{ action: 'subscribe', topic: [topic, '#/x'] }, LIST]],
  ['subscribe with a QoS that is not valid', (topic) => [{ action: 'subscribe', topic: { topic, qos: 3 } }, LIST]],
  ['unsubscribe', (topic) => [{ action: 'subscribe', topic }, { action: 'unsubscribe', topic }, LIST]],
  [
    'unsubscribe from one of two',
    (topic) => [{ action: 'subscribe', topic: [topic, `${topic}/+`] }, { action: 'unsubscribe', topic }, LIST],
  ],
  [
    'unsubscribe from all',
    (topic) => [{ action: 'subscribe', topic: [topic, `${topic}/+`] }, { action: 'unsubscribe', topic: true }, LIST],
  ],
  ['unsubscribe from what is not subscribed', (topic) => [{ action: 'unsubscribe', topic }, LIST]],
  ['unsubscribe without a topic', () => [{ action: 'unsubscribe' }, LIST]],
  ['getSubscriptions without any', () => [LIST]],
  ['connect while connected', () => [{ action: 'connect' }]],
  ['connect elsewhere while connected', () => [{ action: 'connect', broker: { url: 'mqtt://127.0.0.1:1' } }]],
  ['an unknown action', () => [{ action: 'reload' }]],
  ['a message without an action', (topic) => [{ topic, payload: 'x' }]],
];

const PUBLISHING: readonly [string, Messages][] = [
  ['connect while connected', () => [{ action: 'connect' }]],
  ['connect elsewhere while connected', () => [{ action: 'connect', broker: { url: 'mqtt://127.0.0.1:1' } }]],
  ['an unknown action', () => [{ action: 'reload' }]],
  ['an action for nodes that receive', (topic) => [{ action: 'subscribe', topic }]],
  ['an empty action', (topic) => [{ action: '', topic, payload: 'x' }]],
];

function all(version: Version, node: ControlCase['node'], cases: readonly [string, Messages][]): ControlCase[] {
  return cases.map(([name, messages]) => ({ kind: 'control', title: `${node}: ${name}`, version, node, messages }));
}

export const controlCases: readonly ControlCase[] = VERSIONS.flatMap((version) => [
  ...all(version, 'mqtt in', RECEIVING),
  ...all(version, 'mqtt out', PUBLISHING),
]);
