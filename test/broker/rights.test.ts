// What a client with many rights may publish and receive: the verdict is the same, however often a topic is asked for.

import assert from 'node:assert/strict';
import { clientRights, type UserDirectory } from '#src/broker/access/user-directory';
import { parseTopicPermission, type TopicPermission } from '#src/core/topics/topic-permission';

function permission(text: string): TopicPermission {
  const parsed = parseTopicPermission(text);
  assert.ok(parsed.ok, text);
  return parsed.permission;
}

describe('broker: rights', () => {
  for (const count of [1, 4, 5, 100]) {
    it(`are the same for each of ${count} permissions, asked in any order and again`, () => {
      const permissions = Array.from({ length: count }, (_, index) => permission(`room-${index}/{{clientid}}/+`));
      const rights = { all: false, publish: permissions, subscribe: permissions } as const;
      const origin = { local: false, address: '192.0.2.1' };
      const directory: UserDirectory = { users: new Map(), anonymous: rights };
      const lamp = clientRights(directory, { user: '', clientId: 'lamp', origin });
      const pump = clientRights(directory, { user: '', clientId: 'pump', origin });
      for (let round = 0; round < 3; round++) {
        for (let index = 0; index < 200; index++) {
          const topic = `room-${index}/lamp/state`;
          assert.equal(lamp.mayPublish(topic), index < count, topic);
          assert.equal(lamp.mayReceive(topic), index < count, topic);
          assert.equal(pump.mayPublish(topic), false, topic);
          const long = `room-${index}/lamp/${'x'.repeat(1000)}`;
          assert.equal(lamp.mayPublish(long), index < count, 'a long topic');
        }
      }
    });
  }
});
