// `npm run conformance -- [--port 1883]`: the cases of test/broker/conformance.test.ts over TCP, with the embedded broker as
// it is by default, and with a broker of your own at `--port` of this machine. Prints a table.

import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
const { TestClient } = require('../build/test/broker/broker-bench.js');
const { casesOf, tryCase } = require('../build/test/broker/conformance/conformance.js');
const { openPort } = require('../build/test/helpers/servers/open-port.js');
const { EmbeddedBroker } = require('../build/src/transport/embedded/embedded-broker.js');

const { values } = parseArgs({ options: { port: { type: 'string' } } });

/** A broker with no settings but its port. */
async function embedded() {
  const broker = new EmbeddedBroker();
  return { port: await openPort(broker), close: () => broker.close() };
}

async function results(port, version) {
  const target = {
    open: (protocolVersion) => new TestClient(connect(port, '127.0.0.1'), protocolVersion),
    pass: (seconds) => delay(seconds * 1000),
  };
  const rows = {};
  for (const [name, each] of Object.entries(casesOf(version))) {
    rows[name] = await tryCase(target, version, name, each).then(
      () => 'passed',
      (error) => `failed: ${String(error.message).split('\n', 1)[0].slice(0, 90)}`,
    );
  }
  return rows;
}

const own = values.port === undefined ? await embedded() : { port: Number(values.port), close: () => {} };
for (const version of [4, 5]) {
  const rows = await results(own.port, version);
  const passed = Object.values(rows).filter((each) => each === 'passed').length;
  console.log(`MQTT ${version === 5 ? '5' : '3.1.1'}: ${passed} of ${Object.keys(rows).length} pass`);
  console.table(rows);
}
await own.close();
process.exit(0);
