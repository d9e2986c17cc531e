// Questions to context stores and expressions that are answered late, or never: how long they are waited for, and how many.

import assert from 'node:assert/strict';
import { type Answered, answerDetail, LateAnswers, NoAnswer } from '#src/runtime/context/late-answers';
import { FakeClock } from '../helpers/fakes/fake-clock';

describe('runtime/context/late-answers', () => {
  let clock: FakeClock;
  let answers: LateAnswers;
  let asked: Answered<unknown>[];
  beforeEach(() => {
    clock = new FakeClock();
    answers = new LateAnswers(clock);
    asked = [];
  });

  const ask = (): Promise<unknown> => answers.ask((answered) => asked.push(answered));
  /** The time after which there is no answer, in s. */
  async function waited(question: Promise<unknown>): Promise<unknown> {
    try {
      return await question;
    } catch (error) {
      return error instanceof NoAnswer ? error.seconds : error;
    }
  }

  it('are taken at once, and no time is kept then', async () => {
    assert.equal(await answers.ask((answered) => answered(null, 7)), 7);
    const question = ask();
    asked[0]?.(null, 8);
    assert.deepEqual([await question, clock.pending], [8, 0]);
  });

  it('are errors where the question throws, the store has an error, or says nothing for 10 s', async () => {
    const thrown = new Error('thrown');
    const throws = answers.ask(() => {
      throw thrown;
    });
    await assert.rejects(throws, thrown);
    const refused = ask();
    asked[0]?.(thrown);
    await assert.rejects(refused, thrown);
    const silent = ask();
    clock.advance(9999);
    assert.equal(clock.pending, 1);
    clock.advance(1);
    assert.equal(await waited(silent), 10);
    assert.deepEqual(answerDetail(new NoAnswer(10_000)), { seconds: 10, detailKey: 'waited.noAnswer' });
    assert.deepEqual(answerDetail({ message: 'no\nsuch key' }), { detail: 'no such key' });
  });

  it('are waited for less while one is owed, and as before when there is one', async () => {
    const first = ask();
    clock.advance(10_000);
    await waited(first);
    const second = ask();
    clock.advance(1000);
    assert.equal(await waited(second), 1);
    const third = ask();
    asked[2]?.(null, 'here');
    assert.equal(await third, 'here');
    const fourth = ask();
    clock.advance(1000);
    assert.equal(clock.pending, 1);
    clock.advance(9000);
    assert.equal(await waited(fourth), 10);
  });

  it('do not pile up: of a store that answers nothing, one a minute is asked until it answers', async () => {
    for (let count = 0; count < 1000; count++) {
      const question = ask();
      clock.advance(10_000);
      await waited(question);
    }
    const trial = ask();
    assert.deepEqual([await waited(ask()), asked.length, clock.pending], [1, 1001, 1]);
    clock.advance(59_999);
    assert.equal(await waited(trial), 1);
    assert.deepEqual([await waited(ask()), asked.length], [1, 1001]);
    clock.advance(1);
    const next = ask();
    asked[1001]?.(null, 'here');
    assert.equal(await next, 'here');
    const question = ask();
    asked[1002]?.(null, 'again');
    assert.equal(await question, 'again');
  });

  it('that come late make room for as many questions', async () => {
    for (let count = 0; count < 1000; count++) {
      const question = ask();
      clock.advance(10_000);
      await waited(question);
    }
    await Promise.all([waited(ask()), waited(ask()), clock.advance(10_000)]);
    assert.equal(asked.length, 1001);
    for (const answered of asked.slice(0, 3)) answered(null, 'late');
    void waited(ask());
    void waited(ask());
    assert.equal(asked.length, 1003);
  });
});
