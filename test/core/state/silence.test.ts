// Who is silent, and who only seems to be: while nobody listens, nobody is.

import assert from 'node:assert/strict';
import { Rhythm } from '#src/core/state/rhythm';
import { ROOMY, stateValue, Trial } from './states';

const AFTER_100 = [{ kind: 'time', after: 100 }] as const;
const LEARNT = [{ kind: 'learnt', times: 3 }] as const;

function trial(rules: readonly (typeof AFTER_100)[number][] | typeof LEARNT = AFTER_100): Trial {
  return new Trial({ rules, first: false });
}

describe('Silence', () => {
  it('is told once for a topic that says nothing for its time, and once when it speaks again', () => {
    const room = trial();
    room.take('a', 1);
    room.pass(99);
    assert.deepEqual(room.news(), []);
    room.pass(1);
    assert.deepEqual(room.news(), ['a silent']);
    room.pass(1000);
    assert.deepEqual(room.news(), []);
    assert.equal(room.states.silence.silent, 1);
    room.take('a', 1);
    assert.deepEqual(room.news(), ['a speaks after 1100']);
    assert.equal(room.states.silence.silent, 0);
    room.pass(100);
    assert.deepEqual(room.news(), ['a silent']);
  });

  it('is no matter of topics that speak in time', () => {
    const room = trial();
    for (let i = 0; i < 50; i++) {
      room.take('a', i % 2);
      room.pass(90);
    }
    assert.ok(!room.news().some((line) => line.includes('silent')));
  });

  it('has the time of the rule of each topic, and none without a rule', () => {
    const rules = [{ kind: 'time', after: 100 }, { kind: 'time', after: 300 }, undefined] as const;
    const room = new Trial({ rules, first: false }, (topic) => Number(topic));
    for (const topic of ['0', '1', '2']) room.take(topic, 1);
    room.pass(100);
    assert.deepEqual(room.news(), ['0 silent']);
    room.pass(10_000);
    assert.deepEqual(room.news(), ['1 silent']);
  });

  it('is not broken by retained messages, which are no sign of life', () => {
    const room = trial();
    room.take('a', 1, { replayed: true });
    room.pass(100);
    assert.deepEqual(room.news(), ['a silent']);
    room.take('a', 1, { replayed: true });
    assert.deepEqual(room.news(), []);
    assert.equal(room.states.silence.silent, 1);
  });

  it('counts for topics that are known from before and have not spoken since the start', () => {
    const room = trial();
    room.now = 5000;
    room.states.restore({ topic: 'a', value: stateValue(1), at: 1000, heardAt: 1000 }, 5000);
    room.pass(99);
    assert.deepEqual(room.news(), []);
    room.pass(1);
    assert.deepEqual(room.news(), ['a silent']);
    room.take('a', 2);
    assert.deepEqual(room.news().at(0), 'a speaks after 4100');
  });

  it('that was told by an earlier instance is not told again', () => {
    const room = trial();
    room.states.restore({ topic: 'a', value: stateValue(1), at: -500, heardAt: -500, silent: true }, 0);
    room.pass(1000);
    assert.deepEqual(room.news(), []);
    assert.equal(room.states.silence.silent, 1);
    room.take('a', 2);
    assert.deepEqual(room.news(), ['a speaks after 1500']);
  });

  it('means nothing while the connection is down; afterwards, all have their whole time again', () => {
    const room = trial();
    room.take('a', 1);
    room.pass(90);
    room.states.silence.pause();
    room.pass(10_000);
    assert.deepEqual(room.news(), []);
    room.states.silence.listen(room.now);
    room.pass(99);
    assert.deepEqual(room.news(), []);
    room.pass(1);
    assert.deepEqual(room.news(), ['a silent']);
  });

  it('means nothing while the process stood still', () => {
    const room = trial();
    for (const topic of ['a', 'b', 'c']) room.take(topic, 1);
    // The machine slept for a day: the timer comes as late.
    const expected = room.states.nextAt;
    room.now = 86_400_000;
    room.states.tick(room.now, expected);
    assert.deepEqual(room.news(), []);
    room.pass(99);
    assert.deepEqual(room.news(), []);
    room.pass(1);
    assert.deepEqual(room.news().sort(), ['a silent', 'b silent', 'c silent']);
  });

  it('is looked for in portions, too, where very many topics have spoken in time', () => {
    const room = new Trial({ limits: { ...ROOMY, topics: 5000 }, rules: [{ kind: 'time', after: 60_000 }] });
    for (const at of [0, 59_000]) {
      room.now = at;
      for (let i = 0; i < 2000; i++) room.take(`t/${i}`, 1);
    }
    room.news();
    room.now = 60_000;
    room.states.tick(room.now, room.now);
    assert.equal(room.states.nextAt, 60_000, 'flows have a turn');
    room.pass(58_999);
    assert.deepEqual(room.news(), []);
    room.pass(1);
    assert.equal(room.news().length, 2000);
  });

  it('of very many at once is told in portions, each topic once', () => {
    const room = new Trial({ rules: AFTER_100, first: false, limits: { topics: 50_000, bytes: 1e9, unused: 0 } });
    for (let i = 0; i < 20_000; i++) room.take(`t/${i}`, 1);
    room.now = 100;
    room.states.tick(100, 100);
    const first = room.news().length;
    assert.ok(first > 0 && first < 1000, `${first} in one turn`);
    assert.equal(room.states.nextAt <= 100, true, 'more is due at once');
    let told = first;
    while (room.states.nextAt <= 100) {
      room.states.tick(100, 100);
      told += room.news().length;
    }
    assert.equal(told, 20_000);
    assert.equal(room.states.silence.silent, 20_000);
  });

  it('ends for a topic whose value is removed', () => {
    const room = trial();
    room.take('a', 1);
    room.pass(100);
    room.remove('a');
    assert.equal(room.states.silence.silent, 0);
    room.take('b', 1);
    room.remove('b');
    room.pass(1000);
    assert.deepEqual(
      room.news().filter((line) => line.startsWith('b') && line.includes('silent')),
      [],
    );
  });
});

describe('Silence that is learnt', () => {
  it('is a multiple of the usual interval, once that is known', () => {
    const room = trial(LEARNT);
    for (let i = 0; i < 5; i++) {
      room.take('a', i);
      room.pass(60_000);
    }
    room.news();
    // A night without power.
    room.pass(30_000_000);
    assert.deepEqual(room.news(), [], 'too few intervals to know what is usual');
    for (let i = 0; i < 40; i++) {
      room.take('a', i);
      room.pass(60_000);
    }
    room.news();
    room.pass(119_000);
    assert.deepEqual(room.news(), []);
    room.pass(1_000_000);
    assert.deepEqual(room.news(), ['a silent']);
  });

  it('takes the pauses between bursts for what they are, once it has seen some', () => {
    const room = trial(LEARNT);
    const alarms: boolean[] = [];
    for (let burst = 0; burst < 40; burst++) {
      for (let i = 0; i < 10; i++) {
        room.take('a', i);
        room.pass(100);
      }
      room.pass(59_000);
      alarms.push(room.news().includes('a silent'));
    }
    assert.ok(alarms.lastIndexOf(true) < 6, `the last alarm at burst ${alarms.lastIndexOf(true)}`);
    room.pass(300_000);
    assert.deepEqual(room.news(), ['a silent']);
  });

  it('gets used to a slower rhythm after some alarms', () => {
    const room = trial(LEARNT);
    for (let i = 0; i < 20; i++) {
      room.take('a', i);
      room.pass(10_000);
    }
    room.news();
    const alarms: boolean[] = [];
    for (let i = 0; i < 60; i++) {
      room.take('a', i);
      room.pass(100_000);
      alarms.push(room.news().includes('a silent'));
    }
    assert.equal(alarms[0], true);
    assert.equal(alarms.at(-1), false);
  });

  it('learns nothing from the time without a connection', () => {
    const room = trial(LEARNT);
    for (let i = 0; i < 20; i++) {
      room.take('a', i);
      room.pass(10_000);
    }
    room.states.silence.pause();
    room.pass(3_600_000);
    room.states.silence.listen(room.now);
    room.take('a', 0);
    room.news();
    room.pass(31_000);
    assert.deepEqual(room.news(), ['a silent']);
  });

  it('goes on where an earlier process has stopped', () => {
    const rhythm = new Rhythm();
    for (let i = 0; i < 10; i++) rhythm.learn(10_000);
    const room = trial(LEARNT);
    room.states.restore({ topic: 'a', value: stateValue(1), at: -1, heardAt: -1, rhythm: rhythm.kept }, 0);
    room.pass(29_000);
    assert.deepEqual(room.news(), []);
    room.pass(1_000);
    assert.deepEqual(room.news(), ['a silent']);
  });
});
