// How mocha runs any test file: `npx mocha build/test/core/topic-name.test.js`. Which files belong to a suite is
// scripts/test.mjs's to say. Tests are compiled by `npm run build` first.
const { availableParallelism } = require('node:os');

const ci = process.env.CI === 'true';

module.exports = {
  // Each file runs in one of a few processes; each has ports of its own, and no file knows of another. Some wait
  // most of their time, so there is one more process than there are processors.
  parallel: true,
  jobs: availableParallelism() + 1,
  // A test that waits for an event which never comes fails here; none waits on purpose.
  timeout: 120_000,
  require: ['./scripts/test-process.cjs'],
  reporter: 'scripts/test-reporter.cjs',
  // On a developer's machine a missing server or browser skips its tests; in CI that is a failure, except on
  // machines for which there is no server.
  forbidPending: ci && process.env.MQTT_FLOWS_MAY_SKIP !== 'true',
  forbidOnly: true,
  // A test that fails may leave a server open, which would hold the process, and with it CI, for ever.
  exit: ci,
};
