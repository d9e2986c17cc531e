// What the built forms register in the editor must match what the runtime registers and reads.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { defaultValues, type EditorDefinition, editorDefinition } from '../helpers/editor/editor-definitions';
import { repository } from '../helpers/package/environment';
import { filesBelow, nodeStems, readText } from '../helpers/package/package-files';

/** Values that a validator must accept or refuse. `of` holds the other properties that it reads. */
interface Samples {
  readonly of?: object;
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
}

const MESSAGES: readonly Samples[] = [
  {
    good: [undefined, { topic: '' }, { topic: '${SITE}/here' }, { topic: 'here' }],
    bad: [{ topic: 'a/#' }, { topic: 'a\0' }],
  },
];

const SAMPLES: Readonly<Record<string, readonly Samples[]>> = {
  'broker.servers': [
    {
      of: { connectTo: 'server' },
      good: [
        [{ url: 'mqtt://localhost:1883' }],
        [{ url: 'wss://host/mqtt' }],
        [{ url: 'host' }],
        [{ url: 'mqtt://${HOST}:${PORT}' }],
      ],
      bad: [[{ url: '' }], [{ url: 'http://host' }], [{ url: 'mqtt://host' }, { url: 'mqtt://host:1884:1883' }]],
    },
    { of: { connectTo: 'embedded' }, good: [[{ url: '' }]], bad: [] },
  ],
  'broker.tls': [
    { of: { servers: [{ url: 'mqtt://host' }, { url: 'wss://host/mqtt' }] }, good: ['', 'tls1'], bad: [] },
    { of: { servers: [{ url: '${BROKER}' }] }, good: ['tls1'], bad: [] },
    { of: { servers: [{ url: 'mqtt://host' }, { url: 'ws://host' }] }, good: ['', undefined, '_ADD_'], bad: ['tls1'] },
    { of: { connectTo: 'embedded', servers: [] }, good: ['tls1'], bad: [] },
  ],
  'broker.clientId': [
    { good: ['', 'flows', 'flows-{{hostname}}', '${ID}-{{hostname}}'], bad: ['flows-{{', 'flows-{{payload}}', '{{}}'] },
  ],
  'broker.birth': MESSAGES,
  'broker.close': MESSAGES,
  'broker.will': MESSAGES,
  'broker.sessionExpiryInterval': [
    { good: ['', 1, 0xffffffff, '60', '${KEEP}'], bad: [-1, 2 ** 32, 'soon', 1.5] },
    { of: { protocolVersion: 4, cleanStart: false }, good: [''], bad: [60, '${KEEP}'] },
    { of: { connectTo: 'embedded', protocolVersion: 4 }, good: ['', 60], bad: [] },
    { of: { cleanStart: false }, good: [60], bad: [0] },
    { of: { cleanStart: true }, good: [0], bad: [] },
  ],
  'broker.receiveMaximum': [
    { good: ['', 1, 65_535], bad: [0, 65_536] },
    { of: { protocolVersion: '4' }, good: [''], bad: [20] },
  ],
  'broker.maximumPacketSize': [{ good: ['', 1, 0xffffffff], bad: [0, 2 ** 32] }],
  'broker.topicAliasMaximum': [{ good: ['', 0, 65_535], bad: [-1, 65_536] }],
  'broker.proxy': [
    {
      good: [
        undefined,
        { use: 'none', url: '' },
        { use: 'url', url: 'socks5://proxy:1080' },
        { use: 'url', url: '${P}' },
      ],
      bad: [
        { use: 'url', url: '' },
        { use: 'url', url: 'ftp://proxy' },
        { use: 'url', url: 'http://name:word@proxy' },
      ],
    },
  ],
  'broker.webSocket': [
    {
      good: [undefined, { headers: [{ name: 'X-Plant', value: '${PLANT}' }], subprotocol: '' }],
      bad: [
        { headers: [{ name: 'X Plant', value: '' }], subprotocol: '' },
        { headers: [{ name: 'X', value: 'a\nb' }], subprotocol: '' },
        { headers: [], subprotocol: 'mqtt, other' },
      ],
    },
  ],
  'broker.connectTimeout': [{ good: ['', 1, 30, '600', '${PATIENCE}'], bad: [0, 601, 1.5, 'soon'] }],
  'broker.keepalive': [{ good: ['', 0, 60, '60', 65_535, '${KEEP}'], bad: [-1, 65_536, 1.5, 'soon'] }],
  'broker.reconnect': [
    {
      good: [undefined, { minDelay: 1000, maxDelay: 1000 }, { minDelay: '${WAIT}', maxDelay: 5 }],
      bad: [
        { minDelay: 0, maxDelay: 10 },
        { minDelay: 2000, maxDelay: 1000 },
        { minDelay: 1, maxDelay: 'long' },
      ],
    },
  ],
  'broker.outbox': [
    {
      good: [undefined, { maxMessages: 1, maxBytes: '${BYTES}' }, { store: 'disk', messageTtl: 60, fsync: true }],
      bad: [{ maxMessages: 0 }, { maxBytes: 0 }, { maxMessages: 'many' }, { messageTtl: -1 }, { maxInFlight: 0 }],
    },
  ],
  'broker.embedded': [
    {
      of: { connectTo: 'embedded' },
      good: [{ port: '' }, { port: 1883 }, { port: '${PORT}' }, { port: 1883, bindAddress: '0.0.0.0' }],
      bad: [{ port: 0 }, { port: -1 }, { port: 65_536 }],
    },
    {
      of: { connectTo: 'embedded', credentials: { embeddedUsername: 'device', has_embeddedPassword: false } },
      good: [
        { port: '', bindAddress: '0.0.0.0' },
        { port: 1883, bindAddress: '0.0.0.0', allowAnonymous: true },
      ],
      bad: [{ port: 1883, bindAddress: '0.0.0.0' }],
    },
    {
      of: { connectTo: 'embedded', credentials: { embeddedUsername: 'device', has_embeddedPassword: true } },
      good: [{ port: 1883, bindAddress: '0.0.0.0' }],
      bad: [],
    },
    { of: { connectTo: 'server' }, good: [{ port: 0 }], bad: [] },
  ],
  'publish.topic': [
    { of: { topicType: 'msg' }, good: ['topic', 'payload.where'], bad: ['', 'a..b', 'home/light'] },
    // Saved without a type.
    { good: [undefined, '', 'payload.where'], bad: ['a..b', 'home/light'] },
    {
      of: { topicType: 'str' },
      good: ['', 'a/b', 'a/{{payload.id}}', '${SITE}/{{payload.id}}'],
      bad: ['a/#', 'a/{{payload.id', 'a/{{}}'],
    },
    { of: { topicType: 'env' }, good: ['TOPIC', 'a/${TOPIC}'], bad: ['', '${TOPIC}'] },
    { of: { topicType: 'flow' }, good: ['where.to'], bad: [' '] },
  ],
  'publish.payload': [
    { good: [undefined, '', 'payload', 'payload.value', 'data["my name"]'], bad: ['a..b', '.'] },
    {
      of: { payloadType: 'json' },
      good: ['{ "time": {{$now}}, "unit": "{{params.unit}}" }', '{{payload}}', '[]', '${TEMPLATE}'],
      bad: ['', '{', '{ a: 1 }', '{ "a": {{}} }'],
    },
    { of: { payloadType: 'str' }, good: ['', 'on', 'line {{params.line}}'], bad: ['{{payload', '{{}}'] },
    { of: { payloadType: 'flow' }, good: ['a.b'], bad: [''] },
  ],
  'publish.qos': [
    { of: {}, good: ['', 0, '1', 2, undefined], bad: [3, 'one'] },
    { of: { qosType: 'msg' }, good: ['qos', 'payload.qos'], bad: ['', 'a..b'] },
  ],
  'publish.retain': [
    { of: {}, good: ['', true, 'false', 'clear', '${RETAIN}'], bad: ['perhaps'] },
    { of: { retainType: 'jsonata' }, good: ['payload.keep'], bad: [''] },
  ],
  'publish.properties': [
    {
      good: [
        undefined,
        {},
        { contentType: { value: '', type: 'str' }, messageExpiryInterval: { value: '60', type: 'num' } },
        { responseTopic: { value: 'answers/{{payload.id}}', type: 'str' } },
        { responseTopic: { value: '${SITE}/answers', type: 'str' }, contentType: { value: '', type: 'none' } },
        { correlationData: { value: '[1,255]', type: 'bin' } },
        { userProperties: [{ name: 'unit', value: '', type: 'str' }] },
      ],
      bad: [
        { messageExpiryInterval: { value: '-1', type: 'num' } },
        { messageExpiryInterval: { value: '4294967296', type: 'num' } },
        { responseTopic: { value: 'answers/#', type: 'str' } },
        { contentType: { value: 'text/{{', type: 'str' } },
        { correlationData: { value: '[256]', type: 'bin' } },
        { correlationData: { value: 'no list', type: 'bin' } },
        { contentType: { value: 'a..b', type: 'msg' } },
        { userProperties: [{ name: '', value: 'x', type: 'str' }] },
        { userProperties: [{ name: 'a', value: '{{}}', type: 'str' }] },
      ],
    },
  ],
  'publish.inflateLimit': [{ good: [undefined, 16, '', '1', '${LIMIT}'], bad: [0, 1025, '1.5', 'many'] }],
  'publish.interval': [{ good: [undefined, '', 1, '1728000', '${TIME}'], bad: [0, 1_728_001, '1.5', 'soon'] }],
  'subscribe.inflateLimit': [{ good: [undefined, 16, '', '1024'], bad: [0, 1025, 'many'] }],
  'subscribe.maxInFlight': [{ good: [undefined, 20, '', '1', '${LIMIT}'], bad: [0, 65_536, '1.5', 'many'] }],
  'subscribe.acknowledgeTimeout': [{ good: [undefined, 60, '', '0', '${TIME}'], bad: [-1, 3_000_000, 'soon'] }],
  'request.topic': [
    { of: { topicType: 'msg' }, good: ['topic'], bad: ['', 'a..b'] },
    { good: [undefined, '', 'payload.where'], bad: ['a..b', 'home/light'] },
    { of: { topicType: 'str' }, good: ['', 'a/{{payload.id}}', '${SITE}/a'], bad: ['a/#', 'a/{{'] },
  ],
  'request.payload': [
    { good: [undefined, '', 'payload', 'data.x'], bad: ['a..b'] },
    { of: { payloadType: 'json' }, good: ['{ "id": {{$now}} }', '${TEMPLATE}'], bad: ['', '{ "a": {{}} }'] },
  ],
  'request.qos': [{ of: {}, good: ['', 0, '1', 2], bad: [3, 'one'] }],
  'request.properties': [
    {
      good: [{}, { messageExpiryInterval: { value: '60', type: 'num' } }],
      bad: [{ messageExpiryInterval: { value: '-1', type: 'num' } }],
    },
  ],
  'request.inflateLimit': [{ good: [16, ''], bad: [0, 'many'] }],
  'request.timeout': [{ good: [1, '', '10', '${TIME}'], bad: [0, 1.5, 3_000_000, 'soon'] }],
  'request.maxReplies': [{ good: [1, '100000'], bad: [0, 'many'] }],
  'request.minReplies': [{ good: [0, 1], bad: [-1, 'some'] }],
  'request.atATime': [{ good: [1, 10_000], bad: [0, 10_001] }],
  'request.maxWaiting': [{ good: [0, ''], bad: [-1, 'all'] }],
  'request.responsePrefix': [{ good: ['', 'site/7', '${SITE}/answers'], bad: ['a/#', 'a/+/b'] }],
  'request.responseTopic': [
    { of: { answerTo: 'request' }, good: ['', '#/a'], bad: [] },
    {
      of: { answerTo: 'device' },
      good: ['stat/{{device}}/+', 'stat/#', '${SITE}/stat'],
      bad: ['', 'a/#/b', 'a/{{', '$share/g/a'],
    },
  ],
  'request.matchProperty': [
    { of: { match: '' }, good: [''], bad: [] },
    { of: { match: 'property' }, good: ['payload.id', 'topic'], bad: ['', 'a..b'] },
  ],
  'request.matchValue': [
    { of: { match: '' }, good: [''], bad: [] },
    { of: { match: 'property', matchValueType: 'msg' }, good: ['payload.id'], bad: ['a..b'] },
    { of: { match: 'property', matchValueType: 'str' }, good: ['{{payload.id}}', 'x'], bad: ['{{'] },
  ],
  'request.matchExpression': [
    { of: { match: '' }, good: [''], bad: [] },
    { of: { match: 'jsonata' }, good: ['payload.id = 1'], bad: ['', ' '] },
  ],
  'router.property': [{ good: ['', undefined, 'topic', 'payload.where[0]'], bad: ['a..b', 'a['] }],
  'router.routes': [
    { of: { routesType: 'none' }, good: ['', undefined], bad: [] },
    { of: { routesType: 'flow' }, good: ['routes', '#:(file)::routes'], bad: ['', undefined] },
  ],
  'router.rules': [
    {
      good: [
        [],
        [{ filter: '${SITE}/#', topic: '${SITE}' }],
        [{ filter: 'a/+b/#c', topic: 'x/{{params.b}}' }],
        [{ filter: '#', topic: '' }],
        [{ filter: '#', data: '{"a":1}', dataType: 'json', condition: 'payload > 1', retained: 'live', qos: 1 }],
        [{ filter: '#', data: '${N}', dataType: 'num' }],
      ],
      bad: [
        [{ filter: '', topic: '' }],
        [{ filter: 'a', topic: '{{' }],
        [{ filter: 'a', topic: '' }, { filter: 'b#' }],
        [{ filter: 'a', data: '{', dataType: 'json' }],
        [{ filter: 'a', data: 'x', dataType: 'num' }],
      ],
    },
  ],
  'replay.branches': [
    { good: [undefined, [], ['home/#', 'plant/+line/#rest'], ['${SITE}/#']], bad: [['a/#/b'], ['']] },
  ],
  'replay.inflateLimit': [{ good: [undefined, 16, '', '1024'], bad: [0, 1025, 'many'] }],
  'replay.longestPause': [{ good: ['', 0, 0.5, '60', '${PAUSE}'], bad: [-1, 86_401, 'long'] }],
  'replay.prefix': [{ good: ['', 'test/', undefined, '${PREFIX}'], bad: ['a/+/', '#'] }],
  'replay.recording': [
    { good: ['', 'night 1', '${NIGHT}', undefined], bad: ['../x', 'a/b', '.hidden'] },
    { of: { recordingType: 'file' }, good: ['/data/a.jsonl', '${FILE}'], bad: ['a\0'] },
  ],
  'replay.speed': [{ good: ['', 1, 0, '0.5', 1000, '${SPEED}'], bad: [-1, 1001, 0.001, 'fast'] }],
  'state.change': [
    { good: ['', undefined, 'payload', 'payload.ENERGY.Power'], bad: ['a..b', 'a['] },
    { of: { changeType: 'jsonata' }, good: ['$round(payload)', 'a..b'], bad: [] },
  ],
  'state.deadband': [{ good: ['', undefined, 0, 0.5, '0.5', '${BAND}'], bad: [-1, 'much'] }],
  'state.inflateLimit': [{ good: [undefined, 16, '', '1024'], bad: [0, 1025, 'many'] }],
  'state.keep': [
    { of: { keepType: 'none' }, good: ['', undefined], bad: [] },
    { of: { keepType: 'global' }, good: ['state', '#:(file)::state'], bad: ['', undefined] },
  ],
  'state.maxBytes': [{ good: ['', 1024, '${BYTES}'], bad: [0, 1023, 'many'] }],
  'state.maxTopics': [{ good: ['', 1, 100_000, '${TOPICS}'], bad: [0, 1.5, 'many'] }],
  'state.maxUnused': [{ good: ['', 0, 86_400], bad: [-1, 'never'] }],
  'state.pace': [{ good: ['', 0, 60_000, '${PACE}'], bad: [-1, 86_400_001, 'slow'] }],
  'state.subscriptions': [
    {
      good: [
        [],
        [{ filter: 'a/+b/#' }],
        [{ filter: 'a', silence: 'time', silentAfter: 60 }],
        [{ filter: 'a', silence: 'learnt', silentTimes: '${TIMES}' }],
        [{ filter: 'a', silence: 'none', silentAfter: 'whatever' }],
      ],
      bad: [
        [{ filter: '' }],
        [{ filter: 'a/#/b' }],
        [{ filter: 'a', silence: 'time', silentAfter: 0 }],
        [{ filter: 'a', silence: 'learnt', silentTimes: 1 }],
      ],
    },
  ],
  'state.timeout': [{ good: ['', 0, 1000, '${WAIT}'], bad: [-1, 60_001, 'long'] }],
  'subscribe.subscriptions': [
    {
      good: [[{ filter: 'a/+b/#' }], [{ filter: '$share/g/a' }], [{ filter: '${SITE}/#' }]],
      bad: [[], [{ filter: '' }], [{ filter: 'a/#/b' }]],
    },
  ],
};

/** What the runtime of a node registers, with a Node-RED that only records that. */
function registered(stem: string): { readonly type: string; readonly credentials?: object } {
  const found: { type: string; credentials?: object }[] = [];
  const registerType = (type: string, _construct: unknown, options?: object): void => {
    found.push({ type, ...options });
  };
  const nothing: () => object = () => new Proxy(nothing, { get: nothing });
  const RED = new Proxy(
    { nodes: { registerType }, hooks: {} },
    { get: (own, name) => Reflect.get(own, name) ?? nothing() },
  );
  require(join(repository, `dist/nodes/${stem}.js`))(RED);
  assert.ok(found[0] && found.length === 1);
  return found[0];
}

function configDefaults(stem: string): unknown {
  const exported = require(join(repository, 'build/src/settings', `${stem}.config.js`)) as Readonly<
    Record<string, unknown>
  >;
  return exported[`${stem}Defaults`];
}

function validatedProperties(stem: string, { defaults }: EditorDefinition): string[] {
  const names = Object.keys(defaults).filter((name) => defaults[name]?.validate !== undefined);
  return names.map((name) => `${stem}.${name}`);
}

for (const stem of nodeStems) {
  describe(`The editor's definition of ${stem}`, () => {
    let definition: EditorDefinition;

    before(() => {
      definition = editorDefinition(stem);
    });

    it('has the type that the runtime registers', () => {
      assert.equal(definition.type, `mqtt-flows-${stem}`);
      assert.equal(registered(stem).type, definition.type);
    });

    it('has a form for its type', () => {
      assert.ok(readText(`dist/nodes/${stem}.html`).includes(`data-template-name="${definition.type}"`));
    });

    it('saves the properties that the runtime reads, with the same defaults', () => {
      assert.deepEqual(defaultValues(definition), JSON.parse(JSON.stringify(configDefaults(stem))));
    });

    it('is in the palette among the MQTT nodes, or among the configuration nodes', () => {
      assert.equal(definition.category, stem === 'broker' ? 'config' : 'MQTT');
    });

    it('has an icon of its own in the palette', () => {
      const icons = filesBelow('dist/nodes/icons');
      if (definition.category === 'config') assert.equal(definition.icon, undefined);
      else assert.ok(definition.icon && icons.includes(definition.icon), definition.icon);
    });

    it('keeps credentials out of the flow, and declares the same on both sides', () => {
      const names = Object.keys(definition.credentials ?? {});
      for (const name of names) assert.ok(!(name in definition.defaults), name);
      assert.deepEqual(registered(stem).credentials ?? {}, JSON.parse(JSON.stringify(definition.credentials ?? {})));
    });

    it('has validators that Node-RED lets give a reason: those with two parameters', () => {
      for (const [name, { validate }] of Object.entries(definition.defaults)) {
        if (validate) assert.equal(validate.length, 2, name);
      }
    });

    it('leaves blank values to the validator where there is one', () => {
      for (const [name, { validate, required }] of Object.entries(definition.defaults)) {
        if (validate) assert.notEqual(required, false, name);
      }
    });
  });
}

describe('The validators of the editor', () => {
  it('have sample values each', () => {
    const all = nodeStems.flatMap((stem) => validatedProperties(stem, editorDefinition(stem)));
    assert.deepEqual(all.sort(), Object.keys(SAMPLES).sort());
  });

  for (const [property, samples] of Object.entries(SAMPLES)) {
    it(`take what fits and say why they refuse the rest: ${property}`, () => {
      const [stem = '', name = ''] = property.split('.');
      const definition = editorDefinition(stem);
      const verdict = (of: object, value: unknown): unknown => definition.defaults[name]?.validate?.call(of, value, {});
      for (const { of = {}, good, bad } of samples) {
        for (const value of good) assert.equal(verdict(of, value), true, JSON.stringify(value));
        // The editor under test answers with the key of a text.
        for (const value of bad) assert.match(String(verdict(of, value)), /\/broker:\w+\.\w+$/, JSON.stringify(value));
      }
    });
  }

  for (const stem of nodeStems) {
    it(`take a node that was written by hand, with nothing but its type: ${stem}`, () => {
      const definition = editorDefinition(stem);
      for (const [name, { value, validate }] of Object.entries(definition.defaults)) {
        if (!validate) continue;
        const answers = [validate.call({}, undefined, {})];
        // A row of a list.
        if (Array.isArray(value) && name !== 'branches') answers.push(validate.call({}, [{}], {}));
        for (const answer of answers) assert.match(String(answer), /^(true|.*broker:.*)$/, name);
      }
    });

    it(`accept the defaults, but for what the user has to fill in: ${stem}`, () => {
      const { defaults } = editorDefinition(stem);
      const values = Object.fromEntries(Object.entries(defaults).map(([name, { value }]) => [name, value]));
      const refused = Object.entries(defaults).filter(
        ([name, { validate }]) => validate && validate.call(values, values[name], {}) !== true,
      );
      const toFillIn: Readonly<Record<string, readonly string[]>> = {
        subscribe: ['subscriptions'],
        router: ['rules'],
        state: ['subscriptions'],
      };
      assert.deepEqual(
        refused.map(([name]) => name),
        toFillIn[stem] ?? [],
      );
    });
  }
});
