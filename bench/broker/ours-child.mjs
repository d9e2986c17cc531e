// The embedded broker alone in a process, without Node-RED around it.

import { createRequire } from 'node:module';
import { collectOnDemand } from './collect.mjs';

const { EmbeddedBroker } = createRequire(import.meta.url)('../../build/src/transport/embedded/embedded-broker.js');

collectOnDemand();
const broker = new EmbeddedBroker({ settings: { maximumConnections: 10_000, maximumSessions: 20_000 } });
await broker.listen({
  port: Number(process.argv[2]),
  bindAddress: '127.0.0.1',
  username: '',
  password: '',
  allowAnonymous: true,
});
