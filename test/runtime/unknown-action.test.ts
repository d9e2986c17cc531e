// What a node says about a message whose action it does not know: the actions that it does know.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';
import { readStateRequest, STATE_ACTIONS } from '#src/core/state/state-request';
import { readSubscriptionAction, SUBSCRIPTION_ACTIONS } from '#src/core/subscriptions/subscription-action';
import { acceptControl, acceptOwn, type ConnectionControl } from '#src/runtime/broker/connection-actions';
import { REPLAY_ACTIONS, readReplayMessage } from '#src/runtime/recordings/replay-message';

describe('The error of an unknown action', () => {
  const RED = {
    _: (_key: string, { action, actions }: { action?: string; actions?: string }) => `${action}: ${actions}`,
  } as unknown as NodeAPI;
  let node: EventEmitter;

  beforeEach(() => {
    node = new EventEmitter();
  });

  function refusal(message: object): string {
    let said = '';
    node.emit('input', message, undefined, (error: Error) => {
      said = error.message;
    });
    return said;
  }

  it('names what this node accepts', () => {
    acceptOwn(RED, node as Node, STATE_ACTIONS, () => false);
    assert.equal(refusal({ action: 'dance' }), 'dance: ask, value, getState, setState, refresh');
    assert.equal(refusal({}), 'undefined: ask, value, getState, setState, refresh');
  });

  it('names connect and disconnect where the node has a connection', () => {
    acceptControl(RED, node as Node, {} as ConnectionControl, REPLAY_ACTIONS, () => false);
    assert.equal(refusal({ action: 'dance' }), 'dance: connect, disconnect, start, stop, pause, resume, speed');
  });

  it('names actions that are read', () => {
    for (const action of STATE_ACTIONS) assert.ok(readStateRequest({ action, topic: 'a' }, 'ask'), action);
    for (const action of SUBSCRIPTION_ACTIONS) assert.ok(readSubscriptionAction({ action, topic: 'a' }), action);
    for (const action of REPLAY_ACTIONS) assert.ok(readReplayMessage({ action, speed: 1 })?.ok, action);
  });
});
