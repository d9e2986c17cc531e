// Publications that are settled while a deploy replaces the node which has published them.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { onDeploy } from '#src/runtime/deploy/deploy-events';
import { type MessageInput, messageAnswers } from '#src/runtime/publish/message-answers';

describe('runtime/publish/message-answers, while a deploy replaces the node', () => {
  let RED: NodeAPI;
  let told: unknown[];
  const message = { _msgid: '1', payload: 'a' };
  beforeEach(() => {
    told = [];
    const nodes = { eachNode: (each: (definition: object) => void) => each({ id: 'pub', type: 'mqtt-flows-publish' }) };
    RED = { events: new EventEmitter(), hooks: {}, nodes, _: (key: string) => key } as unknown as NodeAPI;
  });

  /** An instance of the publish node, and its answers. */
  function instance(
    name: string,
    wires = [['next']],
  ): { readonly node: Node; readonly answer: ReturnType<typeof messageAnswers> } {
    const node = Object.assign(new EventEmitter(), {
      id: 'pub',
      wires,
      send: (sent: unknown) => told.push([name, sent]),
      error: (error: { readonly code?: unknown }, of: unknown) => told.push([name, error.code, of]),
    }) as unknown as Node;
    return { node, answer: messageAnswers(RED, node) };
  }

  const input: MessageInput = {
    message,
    send: (sent) => told.push(['message', sent]),
    done: (error) => told.push(['done', error && Reflect.get(error, 'code')]),
  };
  const published = { ok: true, reasonCode: 0 } as const;
  const lost = { ok: false, error: new MqttFlowsError('publication-lost', { stage: 'publish' }) } as const;

  /** An instance that a deploy has closed, until `started` is called. */
  function closedByDeploy(wires?: string[][]): { answer: ReturnType<typeof messageAnswers>; started: () => void } {
    const config = {};
    const { node, answer } = instance('before', wires);
    RED.events.emit('flows:stopping', { config });
    node.emit('close', false, () => {});
    return { answer, started: () => RED.events.emit('flows:started', { config }) };
  }

  it('answers by the next instance, once all nodes of the deploy have started', () => {
    const { answer, started } = closedByDeploy();
    answer(published, input, false);
    answer(lost, input, false);
    instance('after');
    assert.deepEqual(told, []);
    started();
    assert.deepEqual(told, [
      ['after', message],
      ['done', undefined],
      ['after', 'publication-lost', message],
    ]);
  });

  it('answers by itself when the deploy has no next instance, and at once when no deploy is under way', () => {
    const { answer, started } = closedByDeploy();
    answer(published, input, false);
    started();
    answer(lost, input, false);
    assert.deepEqual(told, [
      ['message', message],
      ['done', undefined],
      ['done', 'publication-lost'],
    ]);
  });

  it('completes a message with nothing behind it at once, and passes it on to what the deploy has put there', () => {
    const { answer, started } = closedByDeploy([[]]);
    answer(published, input, false);
    assert.deepEqual(told, [['done', undefined]]);
    instance('after');
    started();
    assert.deepEqual(told, [
      ['done', undefined],
      ['after', message],
    ]);
  });

  it('reports what Node-RED cannot pass on, and others hear of the end of the deploy all the same', () => {
    const { answer, started } = closedByDeploy();
    onDeploy(RED, 'flows:started', () => told.push('started'));
    answer(published, input, false);
    answer(published, input, false);
    const { node: after } = instance('after');
    after.send = () => {
      throw new RangeError('nested too deep to be copied');
    };
    started();
    assert.deepEqual(told, [['after', undefined, undefined], ['after', undefined, undefined], 'started']);
  });
});
