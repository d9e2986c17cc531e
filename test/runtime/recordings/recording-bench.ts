// A folder for recordings, and of Node-RED as much as a recording needs: one broker node whose connections a test plays.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { Connection } from '#src/connection/connection';
import { RecordingsFolder } from '#src/runtime/recordings/recordings-folder';
import { FakeClock } from '../../helpers/fakes/fake-clock';
import { FakeNetwork } from '../../helpers/fakes/fake-transport';

/** A connection of a broker node, and the network below it. */
export interface BenchLink {
  readonly connection: Connection;
  readonly network: FakeNetwork;
}

export class RecordingBench {
  readonly clock = new FakeClock();
  readonly events = new EventEmitter();
  readonly path = mkdtempSync(join(tmpdir(), 'mqtt-flows-recordings-'));
  readonly folder = new RecordingsFolder(this.path);
  /** Connections of recorders, in their order. */
  readonly observing: BenchLink[] = [];
  /** Of the present broker node. */
  flows = this.link();
  #broker: object | undefined = this.#node();

  /** What recorders and replays use of Node-RED. */
  get RED(): NodeAPI {
    const nodes = { getNode: () => this.#broker };
    return { events: this.events, nodes, _: (key: string) => key } as unknown as NodeAPI;
  }

  link(): BenchLink {
    const network = new FakeNetwork();
    const connection = new Connection(
      {
        endpoints: [{ name: 'server', open: () => Promise.reject(new Error('not used')) }],
        protocolVersion: 5,
        connectOptions: () => ({ clientId: 'test', keepalive: 60, cleanStart: true }),
        connectTimeout: 1000,
        reconnect: { minDelay: 1000, maxDelay: 1000 },
        outbox: { maxMessages: 1000, maxBytes: 1_000_000, overflow: 'reject' },
        messages: {},
      },
      { openTransport: network.openTransport, clock: this.clock, random: () => 0, report: assert.fail },
    );
    return { connection, network };
  }

  /** A deploy replaces the broker node by one with the connection `link`, or deletes it. */
  deploy(next: 'new' | 'deleted' | 'same', link = this.link()): void {
    const config = {};
    this.events.emit('flows:stopping', { config });
    if (next === 'new') this.flows = link;
    if (next !== 'same') this.#broker = next === 'new' ? this.#node() : undefined;
    this.events.emit('flows:started', { config });
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.path, `${name}.jsonl`), text);
  }

  read(name: string): string {
    return readFileSync(join(this.path, `${name}.jsonl`), 'utf8');
  }

  /** The lines of a recording as values. */
  lines(name: string): readonly Record<string, unknown>[] {
    const text = this.read(name);
    assert.ok(text.endsWith('\n'), 'the file ends with a whole line');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }

  #node(): object {
    const { connection } = this.flows;
    const observe = (): Connection => {
      const made = this.link();
      this.observing.push(made);
      return made.connection;
    };
    return { type: 'mqtt-flows-broker', name: 'plant', link: { ok: true, connection, observe } };
  }
}

/** Lets everything happen that needs no time of the clock, until `met` holds. */
export async function until(met: () => boolean): Promise<void> {
  while (!met()) await new Promise((resolve) => setImmediate(resolve));
}
