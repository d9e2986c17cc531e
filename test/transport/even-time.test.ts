// The time that has passed: a clock that is set changes nothing, and sleep counts.

import assert from 'node:assert/strict';
import { EvenTime, evenTime } from '#src/transport/even-time';

class Machine {
  awakeFor = 5000.25;
  wallTime = 1_700_000_000_000;
  upFor = 90_000;
  uptimeReads = 0;
  /** Whether the monotonic clock goes on while the machine sleeps, as on Windows and macOS. */
  readonly sleepCounts: boolean;
  readonly time: EvenTime;

  constructor(sleepCounts = false) {
    this.sleepCounts = sleepCounts;
    this.time = new EvenTime({
      awake: () => this.awakeFor,
      wall: () => this.wallTime,
      uptime: () => {
        this.uptimeReads++;
        return Math.floor(this.upFor / 1000) * 1000;
      },
    });
  }

  pass(ms: number): void {
    this.awakeFor += ms;
    this.sleep(ms);
    if (this.sleepCounts) this.awakeFor -= ms;
  }

  sleep(ms: number): void {
    this.wallTime += ms;
    this.upFor += ms;
    if (this.sleepCounts) this.awakeFor += ms;
  }
}

describe('the even time of a machine', () => {
  for (const [name, ms] of [
    ['two days forward', 172_800_000],
    ['a minute forward', 60_000],
    ['an hour back', -3_600_000],
  ] as const) {
    it(`does not change when its clock is set ${name}`, () => {
      const machine = new Machine();
      const begin = machine.time.now();
      machine.wallTime += ms;
      assert.equal(machine.time.now(), begin);
      machine.pass(1234);
      assert.equal(machine.time.now(), begin + 1234);
    });
  }

  for (const sleepCounts of [false, true]) {
    it(`counts sleep where the monotonic clock ${sleepCounts ? 'does' : 'does not'}`, () => {
      const machine = new Machine(sleepCounts);
      const begin = machine.time.now();
      machine.pass(500);
      machine.sleep(3_600_000);
      machine.wallTime += 86_400_000;
      machine.pass(500);
      const passed = machine.time.now() - begin;
      assert.ok(Math.abs(passed - 3_601_000) <= 1000, `${passed}`);
    });
  }

  it('asks for the uptime only when the time of day moved by itself', () => {
    const machine = new Machine();
    for (let second = 0; second < 1000; second++) {
      machine.pass(1000);
      machine.time.now();
    }
    assert.equal(machine.uptimeReads, 1);
  });

  it('of this machine never goes back', () => {
    const readings = Array.from({ length: 1000 }, () => evenTime.now());
    assert.deepEqual(
      readings,
      readings.toSorted((a, b) => a - b),
    );
  });
});
