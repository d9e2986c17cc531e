// The router without Node-RED: outputs, order, conditions, what a route sets, and which data messages share.

import assert from 'node:assert/strict';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import type { Route, RouteTest } from '#src/core/routes/route';
import { RouteTable } from '#src/core/routes/route-table';
import type { FlowMessage } from '#src/core/routes/routed-message';
import { type Routing, type RoutingSettings, TopicRouter } from '#src/core/routes/topic-router';
import { filterOf, templateOf } from './parsed';

interface Rule {
  readonly filter: string;
  readonly topic?: string;
  readonly data?: unknown;
  readonly test?: Partial<RouteTest>;
  readonly output?: number;
}

const ANY: RouteTest = { retained: undefined, qos: undefined, expression: '' };

function routesOf(rules: readonly Rule[]): Route[] {
  return rules.map(({ filter, topic, data, test, output }, rank) => ({
    filter: filterOf(filter),
    rank,
    output: output ?? rank,
    topic: topic === undefined ? undefined : templateOf(topic),
    data,
    test: test && { ...ANY, ...test },
  }));
}

/** A router whose expressions hold when the payload equals them. `asked` records them. */
function routerOf(rules: readonly Rule[], settings: Partial<RoutingSettings> = {}, asked: string[] = []): TopicRouter {
  const all: RoutingSettings = {
    property: 'topic',
    topicPath: ['topic'],
    match: 'all',
    otherwise: rules.length,
    noTopic: 'otherwise',
    ...settings,
  };
  return new TopicRouter(new RouteTable(routesOf(rules)), all, {
    copied: structuredClone,
    async holds({ test }, { payload }) {
      const expression = test?.expression ?? '';
      asked.push(expression);
      if (payload === 'broken') throw new MqttFlowsError('rule-condition-failed', { stage: 'route' });
      return payload === expression;
    },
  });
}

/** The messages with the number of their outputs. */
function sentBy(routing: Routing): [output: number, message: FlowMessage][] {
  assert.ok(routing.ok, 'it is routed');
  return routing.sent.map(({ output, message }) => [output, message]);
}

function messagesOf(routing: Routing): FlowMessage[] {
  return sentBy(routing).map(([, message]) => message);
}

function used(routing: Routing): number[] {
  return sentBy(routing).map(([output]) => output);
}

async function usedBy(router: TopicRouter, message: FlowMessage): Promise<number[]> {
  return used(await router.route(message));
}

describe('core/routes/topic-router', () => {
  describe('a route', () => {
    it('passes on the same message if it is the only one', () => {
      const message = { topic: 'a/b', payload: {} };
      assert.equal(messagesOf(routerOf([{ filter: 'a/+' }]).route(message) as Routing)[0], message);
    });

    it('sets msg.route, and the values of its wildcards', () => {
      const message: FlowMessage = { topic: 'a/7', params: { kept: 'yes' } };
      routerOf([{ filter: 'a/+id' }]).route(message);
      assert.deepEqual(message.route, { filter: 'a/+id' });
      assert.deepEqual(message.params, { kept: 'yes', id: '7' });
    });

    it('carries data, of which each message has a copy', () => {
      const data = { limits: [1, 2] };
      const router = routerOf([{ filter: '#', data }]);
      const [first, second]: FlowMessage[] = [{ topic: 'a' }, { topic: 'b' }];
      assert.ok(first && second);
      router.route(first);
      (first.route as { data: typeof data }).data.limits.push(3);
      router.route(second);
      assert.deepEqual(second.route, { filter: '#', data: { limits: [1, 2] } });
    });

    it('gives a new topic from params, data, payload and levels of the topic', () => {
      const message: FlowMessage = { topic: 'plant/7/press', payload: { id: 9 } };
      const topic = 'x/{{params.line}}/{{route.data}}/{{payload.id}}/{{topic.0}}-{{topic[2]}}/{{topic}}';
      routerOf([{ filter: 'plant/+line/#', topic, data: 'd' }]).route(message);
      assert.equal(message.topic, 'x/7/d/9/plant-press/plant/7/press');
      assert.equal(message.originalTopic, 'plant/7/press');
    });

    it('with a new topic that lacks a level is an error that leaves the message unchanged', () => {
      const message: FlowMessage = { topic: 'a/b' };
      const routing = routerOf([{ filter: '#' }, { filter: 'a/#', topic: 'x/{{topic.2}}' }]).route(message) as Routing;
      assert.equal(!routing.ok && routing.error.code, 'topic-missing');
      assert.deepEqual(message, { topic: 'a/b' });
    });

    it('shares no top property with the messages of other routes', () => {
      const message: FlowMessage = { topic: 'a/b', payload: 1 };
      const routing = routerOf([{ filter: '+x/#', topic: 'first' }, { filter: 'a/+y' }, { filter: '#' }]).route(
        message,
      );
      const [first, second, third] = messagesOf(routing as Routing);
      assert.equal(first, message);
      assert.deepEqual([first?.topic, second?.topic, third?.topic], ['first', 'a/b', 'a/b']);
      assert.deepEqual([first?.params, second?.params, third?.params], [{ x: 'a' }, { y: 'b' }, undefined]);
    });

    it('and another one to the same output send a message each', () => {
      const router = routerOf([{ filter: 'a/+x' }, { filter: 'a/+y', output: 0 }, { filter: 'a/#z', output: 0 }]);
      assert.deepEqual(
        sentBy(router.route({ topic: 'a/b' }) as Routing).map(([output, { params }]) => [output, params]),
        [
          [0, { x: 'b' }],
          [0, { y: 'b' }],
          [0, { z: 'b' }],
        ],
      );
    });
  });

  describe('the topic', () => {
    for (const [what, topic] of Object.entries({ absent: undefined, 'a number': 7, blank: '', null: null })) {
      it(`when it is ${what}: the last output, or an error, as chosen`, async () => {
        assert.deepEqual(await usedBy(routerOf([{ filter: '#' }]), { topic }), [1]);
        const strict = routerOf([{ filter: '#' }], { noTopic: 'error' });
        const routing = await strict.route({ topic });
        assert.equal(!routing.ok && routing.error.code, 'topic-unusable');
      });
    }

    it('may be in another property; msg.topic is rewritten all the same', () => {
      const router = routerOf([{ filter: 'room/+n', topic: 'new/{{topic.1}}' }], {
        property: 'payload.where',
        topicPath: ['payload', 'where'],
      });
      const message: FlowMessage = { payload: { where: 'room/4' } };
      assert.deepEqual(used(router.route(message) as Routing), [0]);
      assert.equal(message.topic, 'new/4');
      assert.equal('originalTopic' in message, false);
    });
  });

  describe('conditions', () => {
    const rules: Rule[] = [
      { filter: 'a/#', test: { retained: true } },
      { filter: 'a/#', test: { retained: false } },
      { filter: 'a/#', test: { qos: 1 } },
      { filter: 'a/#' },
    ];

    it('test the retain flag and the QoS', async () => {
      const router = routerOf(rules);
      assert.deepEqual(await usedBy(router, { topic: 'a', retain: true, qos: 1 }), [0, 2, 3]);
      assert.deepEqual(await usedBy(router, { topic: 'a', retain: false, qos: 0 }), [1, 3]);
      assert.deepEqual(await usedBy(router, { topic: 'a', retain: 'true', qos: '1' }), [0, 2, 3]);
      assert.deepEqual(await usedBy(router, { topic: 'a', retain: 'false', qos: '' }), [1, 3]);
      assert.deepEqual(await usedBy(router, { topic: 'a' }), [1, 3]);
    });

    it('that are false pass the message to the next rule, if only the first rule takes it', async () => {
      const router = routerOf(rules, { match: 'first' });
      assert.deepEqual(await usedBy(router, { topic: 'a', retain: true }), [0]);
      assert.deepEqual(await usedBy(router, { topic: 'a' }), [1]);
    });

    it('with an expression are evaluated only if filter and flags match', async () => {
      const asked: string[] = [];
      const router = routerOf(
        [
          { filter: 'b/#', test: { expression: 'other filter' } },
          { filter: 'a/#', test: { expression: 'retained', retained: true } },
          { filter: 'a/#', test: { expression: 'yes' } },
          { filter: 'a/#', test: { expression: 'no' } },
          { filter: 'a/#' },
        ],
        {},
        asked,
      );
      assert.deepEqual(await usedBy(router, { topic: 'a/1', payload: 'yes' }), [2, 4]);
      assert.deepEqual(asked, ['yes', 'no']);
    });

    it('with an expression are evaluated in order, up to the first that is true', async () => {
      const asked: string[] = [];
      const expressions = ['no', 'yes', 'later'];
      const rules = expressions.map((expression) => ({ filter: '#', test: { expression } }));
      const router = routerOf(rules, { match: 'first' }, asked);
      assert.deepEqual(await usedBy(router, { topic: 'a', payload: 'yes' }), [1]);
      assert.deepEqual(asked, ['no', 'yes']);
    });

    it('on flags apply to the rules after an expression, too', async () => {
      const router = routerOf([
        { filter: '#', test: { expression: 'yes' } },
        { filter: '#', test: { retained: true } },
        { filter: '#', test: { retained: false } },
      ]);
      assert.deepEqual(await usedBy(router, { topic: 'a', payload: 'yes', retain: false }), [0, 2]);
      assert.deepEqual(await usedBy(router, { topic: 'a', payload: 'no', retain: true }), [1]);
    });

    it('without an expression are evaluated synchronously', () => {
      const router = routerOf([...rules, { filter: 'b', test: { expression: 'x' } }]);
      assert.ok(!(router.route({ topic: 'a' }) instanceof Promise));
      assert.ok(router.route({ topic: 'b' }) instanceof Promise);
    });

    it('that cannot be evaluated are an error', async () => {
      const router = routerOf([{ filter: '#' }, { filter: '#', test: { expression: 'x' } }]);
      const routing = await router.route({ topic: 'a', payload: 'broken' });
      assert.equal(!routing.ok && routing.error.code, 'rule-condition-failed');
    });
  });

  it('a message without a matching route is dropped if there is no output for it', async () => {
    assert.deepEqual(await usedBy(routerOf([{ filter: 'a' }], { otherwise: undefined }), { topic: 'b' }), []);
  });
});
