// The embedded broker alone in a process, without Node-RED around it: `<port> <folder> [disk]`.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { collectOnDemand } from './collect.mjs';

const require = createRequire(import.meta.url);
const { EmbeddedBroker } = require('../../build/src/transport/embedded/embedded-broker.js');
const { openPort } = require('../../build/test/helpers/servers/open-port.js');
const { BrokerLevelStore } = require('../../build/src/runtime/storage/broker-level-store.js');

const [, , port, folder, kept] = process.argv;
collectOnDemand();
const store = kept === 'disk' ? new BrokerLevelStore(join(folder, 'store')) : undefined;
const broker = new EmbeddedBroker({ store, settings: { maximumConnections: 20_000, maximumSessions: 20_000 } });
await openPort(broker, { port: Number(port) });
