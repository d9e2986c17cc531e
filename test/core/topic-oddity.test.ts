import assert from 'node:assert/strict';
import { filterOddity, topicOddity } from '#src/core/topics/topic-oddity';

describe('what is most likely a slip in a topic or filter', () => {
  const cases: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['plant/line', undefined, undefined],
    ['', undefined, undefined],
    ['plant/hall 7', undefined, undefined],
    ['plant\t/line', 'tab', 'tab'],
    ['mqtt://localhost/plant', 'address', 'address'],
    ['WSS://host:443/plant/#', 'address', 'address'],
    ['home/*', undefined, 'star'],
    ['*', undefined, 'star'],
    ['home/**/temp', undefined, 'star'],
    ['home/*temp', undefined, undefined],
    ['home/temp, home/hum', undefined, 'list'],
    ['home/temp,home/hum', undefined, 'list'],
    ['home/x,y', undefined, undefined],
    ['/plant', 'firstLevel', 'firstLevel'],
    ['plant/{{payload.id}}', undefined, 'braces'],
    ['plant/{{{payload.id}}}', 'tripleBraces', 'braces'],
  ];
  for (const [text, ofTopic, ofFilter] of cases) {
    it(`${JSON.stringify(text)}: ${ofTopic ?? 'nothing'} as a topic, ${ofFilter ?? 'nothing'} as a filter`, () => {
      assert.deepEqual([topicOddity(text), filterOddity(text)], [ofTopic, ofFilter]);
    });
  }
});
