// Topic aliases of sent publications.

import assert from 'node:assert/strict';
import { OutgoingAliases } from '#src/transport/outbound/outgoing-aliases';

describe('outgoing topic aliases', () => {
  it('stand for a topic from its second publication on', () => {
    const aliases = new OutgoingAliases(10);
    assert.deepEqual(aliases.take('plant/a'), { alias: 1, known: false });
    assert.deepEqual(aliases.take('plant/b'), { alias: 2, known: false });
    assert.deepEqual(aliases.take('plant/a'), { alias: 1, known: true });
  });

  it('are as many as the server allows; a new topic replaces the least recently used one', () => {
    const aliases = new OutgoingAliases(2);
    for (const topic of ['plant/a', 'plant/b', 'plant/a']) aliases.take(topic);
    assert.deepEqual(aliases.take('plant/c'), { alias: 2, known: false });
    assert.deepEqual(aliases.take('plant/a'), { alias: 1, known: true });
    assert.deepEqual(aliases.take('plant/b'), { alias: 2, known: false });
  });

  it('are not used if the server allows none, or if the topic is shorter than the alias', () => {
    assert.equal(new OutgoingAliases(0).take('plant/a'), undefined);
    assert.equal(new OutgoingAliases(10).take('a/b'), undefined);
  });

  it('never exceed what the server allows, whatever the topics', () => {
    const aliases = new OutgoingAliases(65_535);
    const given = new Set<number>();
    for (let index = 0; index < 5000; index++) given.add(aliases.take(`topic/${index}`)?.alias ?? 0);
    assert.equal(given.size, 1000);
    assert.deepEqual([Math.min(...given), Math.max(...given)], [1, 1000]);
  });
});
