// aedes alone in a process, as its readme starts it.

import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import { collectOnDemand } from './collect.mjs';

collectOnDemand();
const broker = await Aedes.createBroker();
createServer((socket) => {
  socket.setNoDelay(true);
  broker.handle(socket);
}).listen(Number(process.argv[2]), '127.0.0.1');
