// Requests over a connection that is cut, to a responder that loses replies and sends some too late.

import assert from 'node:assert/strict';
import { runRequests } from '../../helpers/runs/request-run';
import { needsMosquitto } from '../../helpers/servers/mosquitto';

describe('requests over a connection that is cut', function () {
  this.timeout(300_000);

  before(function () {
    needsMosquitto(this);
  });

  it('end exactly once, and none with the reply to another', async () => {
    const run = { requests: 1000, atATime: 100, lost: 0.01, late: 0.01, cuts: 5, seed: 17, timeout: 15 };
    const { answered, failed, notOnce, strange, unanswered, cuts } = await runRequests(run);
    assert.deepEqual({ notOnce, strange, cuts }, { notOnce: 0, strange: 0, cuts: 5 });
    assert.ok(unanswered > 0);
    assert.deepEqual(failed, { 'request-timeout': unanswered });
    assert.equal(answered, 1000 - unanswered);
  });
});
