// Tests are compiled by `tsc -b` first; `npm test` does both.
const all = ['build/test/**/*.test.js'];
/** What depends on the version of Node-RED or Node.js; scripts/test-node-red-5.mjs runs these on others. */
const onNodeRed = ['nodes', 'system', 'transport'].map((folder) => `build/test/${folder}/**/*.test.js`);

module.exports = {
  spec: process.env.MQTT_FLOWS_NODE_RED_HOME ? onNodeRed : all,
  // A test that waits for an event which never comes fails here; none waits on purpose.
  timeout: 20_000,
  // On a developer's machine a missing server or browser skips its tests; in CI that is a failure.
  forbidPending: process.env.CI === 'true',
  forbidOnly: process.env.CI === 'true',
  // A test that fails may leave a server open, which would hold the process, and with it CI, for ever.
  exit: process.env.CI === 'true',
};
