// The error that flows get: a code, a stage and values, without a text.

import assert from 'node:assert/strict';
import { filterInvalid, MqttFlowsError } from '#src/core/errors/mqtt-flows-error';

describe('core/errors/mqtt-flows-error', () => {
  it('carries its code, stage, reason code and values', () => {
    const error = new MqttFlowsError('publication-refused', {
      stage: 'publish',
      reasonCode: 0x87,
      params: { topic: 'a' },
    });
    assert.ok(error instanceof Error);
    assert.equal(error.name, 'MqttFlowsError');
    assert.equal(error.message, 'publication-refused');
    assert.equal(error.code, 'publication-refused');
    assert.equal(error.stage, 'publish');
    assert.equal(error.reasonCode, 0x87);
    assert.deepEqual(error.params, { topic: 'a' });
  });

  it('may have no reason code and no values', () => {
    const error = new MqttFlowsError('connection-lost', { stage: 'connected' });
    assert.equal(error.reasonCode, undefined);
    assert.deepEqual(error.params, {});
  });

  it('an invalid filter is named with its fault', () => {
    const error = filterInvalid('a/#/b', 'hashNotLast', '#');
    assert.equal(error.code, 'filter-invalid');
    assert.equal(error.stage, 'config');
    assert.deepEqual(error.params, { filter: 'a/#/b', at: '#', problemKey: 'topicFilter.hashNotLast' });
  });

  it("an invalid filter of a router's rule is named with the number of the rule", () => {
    const error = filterInvalid('a+', 'wildcardInLevel', 'a+', 3);
    assert.equal(error.code, 'rule-filter-invalid');
    assert.equal(error.params.rule, 3);
    assert.equal(error.params.problemKey, 'topicFilter.wildcardInLevel');
  });
});
