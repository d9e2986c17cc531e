// Messages that a flow has frozen: what is known of their failure cannot be put into them, and nothing else suffers.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import type { IncomingPublication } from '#src/core/publications/publication';
import type { MessageInput } from '#src/runtime/publish/message-answers';
import { type ListPublisher, publishList } from '#src/runtime/publish/publish-list';
import { requestAnswers } from '#src/runtime/request/request-answers';

describe('A frozen message', () => {
  const RED = { events: new EventEmitter(), _: (key: string) => key } as unknown as NodeAPI;
  let codes: unknown[];
  const input = (message: object): MessageInput => ({
    message: Object.freeze({ _msgid: '1', ...message }) as NodeMessageInFlow,
    send: () => assert.fail(),
    done: (error) => codes.push(error && Reflect.get(error, 'code')),
  });
  beforeEach(() => {
    codes = [];
  });

  it('gets the error of its request, without the replies', () => {
    const node = Object.assign(new EventEmitter(), { id: 'req' }) as unknown as Node;
    const answer = requestAnswers(RED, node, true, () => ({ message: { _msgid: '2' } as never }));
    const error = new MqttFlowsError('request-timeout', { stage: 'request' });
    answer({ ok: false, error, replies: [{} as IncomingPublication], progress: 'acknowledged' }, input({}));
    assert.deepEqual(codes, ['request-timeout']);
  });

  it('gets the error of a publication of its list, without the results', () => {
    const error = new MqttFlowsError('publication-lost', { stage: 'publish' });
    const list: ListPublisher = {
      RED,
      find: (_message, use) => use({ ok: true, config: [] }),
      build: () => ({
        ...{ ok: true, whileOffline: 'wait' },
        publication: { topic: 'a', payload: '', qos: 1, retain: false },
      }),
      publish: (_built, settled) => settled({ ok: false, error }),
      reasoned: () => false,
      answer: (settlement, { done }) => done(settlement.ok ? undefined : (settlement.error as unknown as Error)),
    };
    publishList(list, input({ publications: [{ topic: 'a' }] }), () => assert.fail());
    assert.deepEqual(codes, ['publication-lost']);
  });
});
