// The sessions that QoS 2 publications of a server belong to.

import assert from 'node:assert/strict';
import { tcpStream } from '#src/transport/streams/tcp-stream';
import { goesOn, InboundBench } from './inbound-bench';

describe('Publications from a server', () => {
  let bench: InboundBench;
  beforeEach(async () => {
    bench = await InboundBench.start();
  });
  afterEach(() => bench.stop());

  it('at QoS 2 belong to the session of the server, whichever way it is reached, and not to that of another server', async () => {
    const [first, listener] = await bench.connect();
    bench.send(first, 2, 1);
    await bench.topics(listener, 1);
    bench.server.script = goesOn;
    first.socket.destroy();
    await listener.ends.next();
    // Another stream to the same server, as after a deploy.
    bench.open = tcpStream('127.0.0.1', bench.server.port);
    const [again, then] = await bench.connect();
    bench.send(again, 2, 1, { dup: true });
    bench.send(again, 2, 2);
    assert.deepEqual(await bench.topics(then, 1), ['t/2']);
    again.socket.destroy();
    await then.ends.next();
    const [elsewhere, last] = await bench.connect({ server: 'another' });
    bench.send(elsewhere, 2, 1, { dup: true });
    assert.deepEqual(await bench.topics(last, 1), ['t/1 again']);
  });

  it('at QoS 2 belong to the session of a client identifier that the server has assigned', async () => {
    bench.server.script = {
      connect: (client) =>
        client.send({
          cmd: 'connack',
          sessionPresent: false,
          reasonCode: 0,
          properties: { assignedClientIdentifier: 'named' },
        }),
    };
    const [first, listener] = await bench.connect({ clientId: '', cleanStart: true });
    bench.send(first, 2, 1);
    await bench.topics(listener, 1);
    bench.server.script = goesOn;
    first.socket.destroy();
    await listener.ends.next();
    const [again, then] = await bench.connect({ clientId: 'named' });
    bench.send(again, 2, 1, { dup: true });
    bench.send(again, 2, 2);
    assert.deepEqual(await bench.topics(then, 1), ['t/2']);
  });
});
