// Tests are compiled by `tsc -b` first; `npm test` does both.
module.exports = {
  spec: ['build/test/**/*.test.js'],
  // A test that waits for an event which never comes fails here; none waits on purpose.
  timeout: 20_000,
  // On a developer's machine a missing server or browser skips its tests; in CI that is a failure.
  forbidPending: process.env.CI === 'true',
  forbidOnly: process.env.CI === 'true',
};
