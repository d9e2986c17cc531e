// The embedded broker alone in a process, without Node-RED around it: `<port> <folder> [disk]`, or `<port> <folder>
// rights <number> <filter>`: each client has so many rights to publish and to subscribe, the last of which is `filter`.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { collectOnDemand } from './collect.mjs';

const require = createRequire(import.meta.url);
const { EmbeddedBroker } = require('../../build/src/transport/embedded/embedded-broker.js');
const { openPort } = require('../../build/test/helpers/servers/open-port.js');
const { OPEN_DIRECTORY } = require('../../build/src/broker/access/user-directory.js');
const { parseTopicPermission } = require('../../build/src/core/topics/topic-permission.js');
const { BrokerLevelStore } = require('../../build/src/runtime/storage/broker-level-store.js');

const [, , port, folder, kind, number, filter] = process.argv;
collectOnDemand();
const store = kind === 'disk' ? new BrokerLevelStore(join(folder, 'store')) : undefined;
const broker = new EmbeddedBroker({ store, settings: { maximumConnections: 20_000, maximumSessions: 20_000 } });

/** Rights as users write them, of other places than the one that is used. */
function directory() {
  const others = Array.from({ length: Number(number) - 1 }, (_, index) => `home/room-${index}/{{clientid}}/+/state`);
  const permissions = [...others, filter].map((text) => parseTopicPermission(text).permission);
  return { users: new Map(), anonymous: { all: false, publish: permissions, subscribe: permissions } };
}

await openPort(broker, { port: Number(port) }, kind === 'rights' ? directory() : OPEN_DIRECTORY);
