// What a run of the tests prints: a line for each file, each failure in full, and what each folder of test/ has covered.
// Appends its figures as a line of JSON to the file that MQTT_FLOWS_TALLY names, for scripts/check.mjs.

const { appendFileSync } = require('node:fs');
const { join, relative, resolve, sep } = require('node:path');
const Mocha = require('mocha');

const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_TEST_END, EVENT_HOOK_END, EVENT_RUN_END } =
  Mocha.Runner.constants;
const TESTS = resolve(__dirname, '../build/test');

class Figures {
  passed = 0;
  failed = 0;
  skipped = 0;
  /** Milliseconds spent in the tests and in what sets them up. */
  time = 0;

  toString() {
    const parts = [`${this.passed} passed`];
    if (this.failed > 0) parts.push(`${this.failed} failed`);
    if (this.skipped > 0) parts.push(`${this.skipped} skipped`);
    return parts.join(', ');
  }
}

module.exports = class TestReporter extends Mocha.reporters.Base {
  #folders = new Map();
  #file = '';
  #ofFile = new Figures();

  constructor(runner, options) {
    super(runner, options);
    const counts = { [EVENT_TEST_PASS]: 'passed', [EVENT_TEST_FAIL]: 'failed', [EVENT_TEST_PENDING]: 'skipped' };
    for (const [event, kind] of Object.entries(counts)) runner.on(event, (test) => this.#count(test, kind));
    for (const event of [EVENT_TEST_END, EVENT_HOOK_END]) runner.on(event, (runnable) => this.#ended(runnable));
    runner.once(EVENT_RUN_END, () => this.#finish());
  }

  #count(test, kind) {
    for (const figures of this.#figuresOf(test)) figures[kind]++;
  }

  #ended(runnable) {
    for (const figures of this.#figuresOf(runnable)) figures.time += runnable.duration ?? 0;
  }

  /** The figures of the file and of the folder of a test or hook. The first of another file ends the one before. */
  #figuresOf(runnable) {
    // A file that cannot be loaded fails without one.
    const file = relative(TESTS, runnable.file ?? join(TESTS, 'unknown'))
      .split(sep)
      .join('/')
      .replace(/\.test\.js$/, '');
    if (file !== this.#file) {
      this.#printFile();
      this.#file = file;
      this.#ofFile = new Figures();
    }
    return [this.#ofFile, this.#folder(file)];
  }

  /** Tests of a suite stand in test/<folder>, those of the system in test/system/<folder>. */
  #folder(file) {
    const name = file
      .split('/')
      .slice(0, file.startsWith('system/') ? 2 : 1)
      .join('/');
    if (!this.#folders.has(name)) this.#folders.set(name, new Figures());
    return this.#folders.get(name);
  }

  #printFile() {
    if (this.#file === '') return;
    const mark = this.#ofFile.failed > 0 ? Mocha.reporters.Base.symbols.err : Mocha.reporters.Base.symbols.ok;
    console.log(`${mark} ${this.#file}: ${this.#ofFile} (${seconds(this.#ofFile.time)})`);
  }

  #finish() {
    this.#printFile();
    this.epilogue();
    const total = new Figures();
    const names = [...this.#folders.keys()].sort();
    const width = Math.max(...names.map((name) => name.length));
    for (const name of names) {
      const figures = this.#folders.get(name);
      console.log(`${name.padEnd(width)}  ${figures} (${seconds(figures.time)})`);
      for (const kind of ['passed', 'failed', 'skipped', 'time']) total[kind] += figures[kind];
    }
    console.log(`\n${total}\n`);
    const tally = process.env.MQTT_FLOWS_TALLY;
    if (tally) appendFileSync(tally, `${JSON.stringify(total)}\n`);
  }
};

function seconds(time) {
  return `${(time / 1000).toFixed(1)} s`;
}
