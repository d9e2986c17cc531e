// The message bus inside the embedded broker: who gets a packet, in which order, and how many at once.

import assert from 'node:assert/strict';
import { type EmittedPacket, TopicEmitter } from '#src/transport/embedded/topic-emitter';

describe('topic emitter', () => {
  const packet = (topic: string): EmittedPacket => ({ topic });

  it('hands a packet to the listeners of all filters that match', () => {
    const emitter = new TopicEmitter();
    const seen: string[] = [];
    for (const filter of ['a/b', 'a/+', 'a/#', '#', 'a/b/#', 'a/c', '+', '$SYS/#']) {
      emitter.on(filter, (_packet, done) => {
        seen.push(filter);
        done();
      });
    }
    emitter.emit(packet('a/b'));
    assert.deepEqual(seen.toSorted(), ['#', 'a/#', 'a/+', 'a/b', 'a/b/#']);
    seen.length = 0;
    emitter.emit(packet('$SYS/x'));
    assert.deepEqual(seen, ['$SYS/#']);
  });

  it('calls listeners with itself as this, as aedes expects', () => {
    const emitter = new TopicEmitter();
    let self: unknown;
    emitter.on('a', function notify(this: unknown, _packet, done) {
      self = this;
      done();
    });
    emitter.emit(packet('a'));
    assert.equal(self, emitter);
  });

  it('stops to call a listener that is removed, and only that', () => {
    const emitter = new TopicEmitter();
    const seen: string[] = [];
    const listener =
      (name: string) =>
      (_packet: EmittedPacket, done: () => void): void => {
        seen.push(name);
        done();
      };
    const [one, two] = [listener('one'), listener('two')];
    emitter.on('a', one).on('a', two).on('b', one);
    emitter.removeListener('a', one);
    emitter.emit(packet('a')).emit(packet('b'));
    assert.deepEqual(seen, ['two', 'one']);
  });

  it('answers on() and removeListener() later, not at once', async () => {
    const emitter = new TopicEmitter();
    const listener = (_packet: EmittedPacket, done: () => void): void => done();
    let answered = false;
    await new Promise<void>((resolve) => {
      emitter.on('a', listener, () => {
        answered = true;
        resolve();
      });
      assert.equal(answered, false);
    });
    await new Promise<void>((resolve) => {
      emitter.removeListener('a', listener, () => resolve());
    });
  });

  it('lets an invalid filter match nothing', () => {
    const emitter = new TopicEmitter();
    emitter.on('a/#/b', () => assert.fail('no topic matches'));
    emitter.removeListener('a/#/b', () => {});
    emitter.emit(packet('a/x/b'));
  });

  it('is done with a packet when all of its listeners are', () => {
    const emitter = new TopicEmitter();
    const pending: (() => void)[] = [];
    emitter.on('a', (_packet, done) => pending.push(done));
    emitter.on('#', (_packet, done) => pending.push(done));
    let done = 0;
    emitter.emit(packet('a'), () => done++);
    pending[0]?.();
    assert.deepEqual([done, emitter.current], [0, 1]);
    pending[1]?.();
    assert.deepEqual([done, emitter.current], [1, 0]);
  });

  it('is done at once with a packet that nobody listens for', () => {
    const emitter = new TopicEmitter();
    let done = 0;
    emitter.emit(packet('a'), () => done++);
    assert.equal(done, 1);
  });

  it('keeps the order, also for packets that are emitted from a listener', () => {
    const emitter = new TopicEmitter();
    const seen: string[] = [];
    emitter.on('#', ({ topic }, done) => {
      seen.push(topic);
      if (topic === '1') emitter.emit(packet('3'));
      done();
    });
    emitter.emit(packet('1')).emit(packet('4'));
    assert.deepEqual(seen, ['1', '3', '4']);
  });

  it('has a bounded number of packets on their way, and the others wait in order', () => {
    const emitter = new TopicEmitter();
    const pending: (() => void)[] = [];
    const seen: string[] = [];
    emitter.on('#', ({ topic }, done) => {
      seen.push(topic);
      pending.push(done);
    });
    const { concurrency } = emitter;
    const topics = Array.from({ length: concurrency + 50 }, (_, index) => `t/${index}`);
    for (const topic of topics) emitter.emit(packet(topic));
    assert.deepEqual([emitter.current, emitter.length, seen.length], [concurrency, 50, concurrency]);
    while (pending.length > 0) pending.shift()?.();
    assert.deepEqual(seen, topics);
    assert.deepEqual([emitter.current, emitter.length], [0, 0]);
  });

  for (const [who, listens] of [
    ['that nobody listens for', false],
    ['whose listeners finish at once', true],
  ] as const) {
    it(`works off 100,000 waiting packets ${who} without using up the stack`, () => {
      const emitter = new TopicEmitter();
      const held: (() => void)[] = [];
      emitter.on('slow', (_packet, done) => held.push(done));
      if (listens) emitter.on('quick', (_packet, done) => done());
      for (let n = 0; n < emitter.concurrency; n++) emitter.emit(packet('slow'));
      let done = 0;
      for (let n = 0; n < 100_000; n++) emitter.emit(packet('quick'), () => done++);
      assert.deepEqual([emitter.length, done], [100_000, 0]);
      held[0]?.();
      assert.deepEqual([emitter.length, done], [0, 100_000]);
    });
  }

  it('takes nothing after it has been closed', async () => {
    const emitter = new TopicEmitter();
    emitter.on('a', () => assert.fail('closed'));
    await new Promise<void>((resolve) => {
      emitter.close(() => resolve());
    });
    const error = await new Promise<Error | undefined>((resolve) => {
      emitter.emit(packet('a'), resolve);
    });
    assert.match(error?.message ?? '', /closed/);
  });
});
