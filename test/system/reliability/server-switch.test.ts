// An outbox on disk and several servers: what waits or is in flight when one goes away reaches the next.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LevelStore } from '#src/runtime/storage/level-store';
import { emptyUserDir } from '../../helpers/flows/node-red-process';
import { type Lasting, SwitchedServer, SwitchingPublisher } from '../../helpers/runs/server-switch-run';
import { needsMosquitto } from '../../helpers/servers/mosquitto';

/** The most publications in flight. */
const WINDOW = 100;
const MESSAGES = 3000;
/** How many pass before a server goes away: those of several hundred publications, and a part of one. */
const BYTES = 30_001;

describe('the outbox on disk, with several servers', function () {
  this.timeout(300_000);
  let servers: readonly [SwitchedServer, SwitchedServer];
  let folder: string;
  before(function () {
    needsMosquitto(this);
  });
  beforeEach(async () => {
    folder = emptyUserDir();
    servers = [await SwitchedServer.start(), await SwitchedServer.start()];
  });
  afterEach(async () => {
    for (const server of servers) await server.stop();
    rmSync(folder, { recursive: true });
  });

  const lasting = (): Lasting => ({ store: storeIn(folder), home: undefined });

  const numbers = Array.from({ length: MESSAGES }, (_, number) => number);
  const copies = (): number[] => servers.map(({ receiver }) => receiver.copies);

  /** Resolves when each message has reached one of the servers, with the number that reached both. */
  async function allThere(): Promise<number> {
    const [first, second] = servers;
    const there = (number: number): boolean => first.receiver.has(number) || second.receiver.has(number);
    while (!numbers.every(there)) await delay(10);
    assert.deepEqual([first.receiver.disordered, second.receiver.disordered], [0, 0]);
    return numbers.filter((number) => first.receiver.has(number) && second.receiver.has(number)).length;
  }

  for (const qos of [1, 2] as const) {
    it(`sends the rest to the next one when the first goes away in the middle (QoS ${qos})`, async () => {
      const [first, second] = servers;
      const publisher = new SwitchingPublisher(servers, lasting());
      publisher.publish(0, MESSAGES, qos);
      await first.proxy.refuseAfter(BYTES);
      await publisher.done();
      const atBoth = await allThere();
      assert.equal(publisher.acknowledged.size, MESSAGES);
      assert.ok(first.receiver.received > 0 && second.receiver.received > 0);
      assert.ok(atBoth <= WINDOW, `${atBoth} have come to both`);
      assert.deepEqual(copies(), [0, 0]);
      assert.deepEqual(publisher.failures, []);
      await publisher.connection.close();
    });

    it(`goes on at the first when that is back and the second gone, over the end of the process too (QoS ${qos})`, async () => {
      const [first, second] = servers;
      const kept = lasting();
      const publisher = new SwitchingPublisher(servers, kept);
      publisher.publish(0, MESSAGES, qos);
      await first.proxy.refuseAfter(BYTES);
      await second.proxy.refuseAfter(BYTES);
      await first.proxy.accept();
      await first.proxy.refuseAfter(BYTES);
      assert.ok(publisher.connection.outboxDepth > 0);
      await publisher.connection.close();
      await second.proxy.accept();
      await first.proxy.accept();
      const next = new SwitchingPublisher(servers, { ...kept, store: storeIn(folder) });
      // The number of waiting messages is known once the disk was read.
      while (next.connection.outboxFigures.accepted === 0 && next.connection.outboxDepth === 0) await delay(5);
      await next.done();
      const atBoth = await allThere();
      // At each of the four ends, publications in flight may have been received without an acknowledgement.
      assert.ok(atBoth <= 4 * WINDOW, `${atBoth} have come to both`);
      assert.ok(Math.max(...copies()) <= 2 * WINDOW, `copies: ${copies()}`);
      assert.ok(
        publisher.failures.every((code) => code === 'publication-kept'),
        String(publisher.failures),
      );
      assert.deepEqual(next.failures, []);
      await next.connection.close();
    });
  }
});

function storeIn(folder: string): LevelStore {
  return new LevelStore({ path: join(folder, 'outbox'), fsync: false });
}
