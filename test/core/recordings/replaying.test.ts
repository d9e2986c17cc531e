// What of a recording is replayed and when: lines, pace, branches, names.

import assert from 'node:assert/strict';
import { LineSplitter } from '#src/core/recordings/line-splitter';
import { isRecordingName, recordingNameFrom, recordingNameOf } from '#src/core/recordings/recording-name';
import { Surveyor } from '#src/core/recordings/recording-survey';
import { readRecord, readReplay } from '#src/core/recordings/recordings-protocol';
import { ReplayPace } from '#src/core/recordings/replay-pace';
import { isTopicPrefix, readBranches, TopicChoice } from '#src/core/recordings/topic-choice';

describe('The lines of a recording', () => {
  it('are cut wherever the chunks end, inside of a character too', () => {
    const bytes = Buffer.from('äöü\n\nb😀\nrest');
    for (let size = 1; size <= bytes.length; size++) {
      const splitter = new LineSplitter();
      const lines: (string | undefined)[] = [];
      for (let at = 0; at < bytes.length; at += size) lines.push(...splitter.push(bytes.subarray(at, at + size)));
      assert.deepEqual(lines, ['äöü', '', 'b😀']);
      assert.equal(splitter.unfinished, true);
      assert.deepEqual(splitter.end(), ['rest']);
      assert.deepEqual(splitter.end(), []);
    }
  });

  it('that are too long are left out, and the next one is read', () => {
    const splitter = new LineSplitter(4);
    assert.deepEqual(splitter.push(Buffer.from('abc')), []);
    assert.deepEqual(splitter.push(Buffer.from('de')), []);
    assert.deepEqual(splitter.push(Buffer.from('fghijk\nabcd\n12345')), [undefined, 'abcd']);
    assert.deepEqual(splitter.end(), [undefined]);
  });
});

describe('The pace of a replay', () => {
  /** When each message is sent, if nothing delays it. */
  function plan(pace: ReplayPace, times: readonly (number | undefined)[]): number[] {
    let now = 1000;
    return times.map((time) => {
      const due = pace.due(time, now);
      now = Math.max(now, due);
      pace.sent(time, due);
      return now - 1000;
    });
  }

  it('is the recorded one, times its speed', () => {
    assert.deepEqual(plan(new ReplayPace(1), [50, 60, 60, 160]), [0, 10, 10, 110]);
    assert.deepEqual(plan(new ReplayPace(4), [50, 60, 60, 160]), [0, 2.5, 2.5, 27.5]);
    assert.deepEqual(plan(new ReplayPace(0.5), [0, 10]), [0, 20]);
    assert.deepEqual(plan(new ReplayPace(0), [0, 10, 99]), [0, 0, 0]);
  });

  it('takes a clock that was set back for no distance, and goes on from there', () => {
    assert.deepEqual(plan(new ReplayPace(1), [5000, 5100, 100, 300]), [0, 100, 100, 300]);
  });

  it('shortens pauses that are longer than allowed, a clock that was set forward among them', () => {
    assert.deepEqual(plan(new ReplayPace(2, 1000), [0, 500, 86_400_000, 86_400_010]), [0, 250, 750, 755]);
  });

  it('takes messages without a time right after the one before', () => {
    assert.deepEqual(plan(new ReplayPace(1), [undefined, 0, undefined, 30]), [0, 0, 0, 30]);
  });

  it('makes up for a short delay, and moves everything after a long one', () => {
    const pace = new ReplayPace(1);
    pace.sent(0, 0);
    assert.equal(pace.due(100, 600), 100);
    pace.sent(100, 100);
    assert.equal(pace.due(200, 5000), 5000);
    pace.sent(200, 5000);
    assert.equal(pace.due(300, 5001), 5100);
  });

  it('changes with the speed while a message waits', () => {
    const pace = new ReplayPace(1);
    pace.sent(0, 0);
    assert.equal(pace.due(60_000, 500), 60_000);
    pace.speed = 60;
    assert.equal(pace.due(60_000, 500), 1000);
  });

  it('begins again right after the last message', () => {
    const pace = new ReplayPace(1);
    assert.deepEqual(plan(pace, [0, 100]), [0, 100]);
    pace.restart();
    assert.equal(pace.due(0, 1100), 1100);
  });
});

describe('The choice of topics', () => {
  it('is by the first filter that matches, and all without one', () => {
    const [one, two] = readBranches(['home/+room/#', 'home/#']) ?? [];
    assert.ok(one && two);
    const choice = new TopicChoice([one, two]);
    assert.equal(choice.of('home/kitchen/t'), one);
    assert.equal(choice.of('home'), two);
    assert.equal(choice.of('garden'), undefined);
    assert.equal(new TopicChoice([]).of('$SYS/x'), 'all');
  });

  it('refuses what is no filter, and shared subscriptions', () => {
    assert.equal(readBranches(['a/#/b']), undefined);
    assert.equal(readBranches(['$share/g/a']), undefined);
  });

  it('takes any topic as a prefix, and no wildcard', () => {
    for (const prefix of ['', 'test/', 'test']) assert.equal(isTopicPrefix(prefix), true);
    for (const prefix of ['a/+/', '#', 'a\0']) assert.equal(isTopicPrefix(prefix), false);
  });
});

describe('The name of a recording', () => {
  it('is a plain name', () => {
    for (const name of ['a', 'Küche 2026-11-28 10.30', 'x_1', '録音', 'v1.2']) {
      assert.ok(isRecordingName(name), name);
      assert.equal(recordingNameOf(`${name}.jsonl`), name);
    }
  });

  it('is no path, no hidden file, no device, and nothing that file systems change', () => {
    const names = [
      ...['', '.', '..', '.hidden', '../a', 'a/b', 'a\\b', '/etc/passwd', 'C:a', 'a\0', 'a\n', 'a.', 'a ', ' a', '-a'],
      ...['con', 'NUL.txt', 'com1', 'a*', 'a?', 'a|b', 'a'.repeat(61), 'u\u0308', 7, null, undefined, ['a']],
    ];
    for (const name of names) assert.equal(isRecordingName(name), false, String(name));
    assert.equal(recordingNameOf('a.jsonl.part'), undefined);
    assert.equal(recordingNameOf('..jsonl'), undefined);
  });

  it('can be made of any text', () => {
    assert.equal(recordingNameFrom('../../etc/passwd', 'x'), 'etc passwd');
    assert.equal(recordingNameFrom('10:30 u\u0308ber', 'x'), '10 30 über');
    for (const text of ['', '...', '///', 'nul', '\0']) assert.equal(recordingNameFrom(text, 'x'), 'x', text);
    assert.ok(isRecordingName(recordingNameFrom('a'.repeat(500), 'x')));
  });
});

describe('The survey of a recording', () => {
  function survey(lines: readonly (string | undefined)[]): Surveyor['survey'] {
    const surveyor = new Surveyor();
    for (const line of lines) surveyor.add(line);
    return surveyor.survey;
  }

  const line = (topic: string, time: number, retain = false): string => JSON.stringify({ topic, time, retain });

  it('counts messages, times and branches below what all share', () => {
    const lines = [line('home/1/t', 10), line('home/2/t', 20, true), line('home/2/h', 30), '{"recording":1}', '{'];
    assert.deepEqual(survey([...lines, undefined]), {
      messages: 3,
      invalid: 2,
      firstInvalid: { line: 5, problem: 'notJson' },
      retained: 1,
      from: 10,
      to: 30,
      branches: [
        { filter: 'home/2/#', messages: 2 },
        { filter: 'home/1/#', messages: 1 },
      ],
      more: false,
    });
  });

  it('offers the topic itself where messages end at a shared level', () => {
    const { branches } = survey([line('a', 1), line('a/b', 2), line('a/c', 3)]);
    assert.deepEqual(branches, [{ filter: 'a/#', messages: 3 }]);
    assert.deepEqual(survey([line('a', 1)]).branches, [{ filter: 'a/#', messages: 1 }]);
  });

  it('stays small, however many topics there are', () => {
    const { branches, more, messages } = survey(Array.from({ length: 5000 }, (_, index) => line(`t${index}/x`, index)));
    assert.deepEqual([branches.length, more, messages], [100, true, 5000]);
    const long = survey(Array.from({ length: 100 }, (_, index) => line(`${index}${'x'.repeat(60_000)}`, index)));
    assert.deepEqual([long.branches.length, long.more, long.messages], [4, true, 100]);
  });
});

describe('Requests about recordings', () => {
  const record = { name: 'a', broker: 'b', filter: '#', bytes: 1_000_000, seconds: 60 };
  const replay = {
    ...{ name: 'a', broker: 'b', to: 'flow', loop: false, retain: true, speed: 1, longestPause: 0, prefix: '' },
    branches: ['a/#'],
  };

  it('are read where all fits', () => {
    assert.equal(readRecord(record, true)?.filter.wire, '#');
    assert.equal(readReplay(replay)?.branches[0]?.wire, 'a/#');
    assert.equal(readReplay({ ...replay, speed: 0 })?.speed, 0);
  });

  it('are refused where anything does not', () => {
    for (const wrong of [
      ...[{ name: '../a' }, { filter: 'a/#/b' }, { filter: '$share/g/a' }, { bytes: 1 }, { bytes: 1e15 }],
      ...[{ seconds: 0 }, { seconds: 1e9 }, { broker: 1 }],
    ])
      assert.equal(readRecord({ ...record, ...wrong }, true), undefined, JSON.stringify(wrong));
    for (const wrong of [
      ...[{ name: 'a/b' }, { to: 'moon' }, { loop: 1 }, { retain: undefined }, { speed: -1 }, { speed: 1e9 }],
      ...[{ speed: Number.NaN }, { longestPause: -1 }, { longestPause: '1' }, { prefix: '+' }, { branches: 'a' }],
      ...[{ branches: [1] }, { branches: ['a/#/b'] }, { branches: Array(1001).fill('a') }],
    ])
      assert.equal(readReplay({ ...replay, ...wrong }), undefined, JSON.stringify(wrong));
    for (const body of [undefined, null, 'x', []]) assert.equal(readReplay(body) ?? readRecord(body, true), undefined);
  });
});
