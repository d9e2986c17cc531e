// An outbox on disk whose process is killed again and again while it publishes.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { QoS } from '#src/core/publications/publication';
import { generator } from '../../core/random';
import { Mosquitto } from '../servers/mosquitto';
import { NumberedReceiver } from '../servers/numbered-receiver';

export interface KillRun {
  readonly kills: number;
  readonly qos: QoS;
  readonly seed: number;
  /** The longest time from the first accepted message to the kill, in ms. */
  readonly life: number;
}

export interface KillResult {
  readonly accepted: number;
  readonly received: number;
  /** The number of accepted messages that were not received. */
  readonly lost: number;
  readonly copies: number;
  readonly disordered: number;
  /** The error output of the processes. */
  readonly complaints: readonly string[];
}

/** More messages than one process can publish before it is killed. */
const ENDLESS = 10_000_000;

export async function runKills(run: KillRun): Promise<KillResult> {
  const random = generator(run.seed);
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-kill-'));
  const server = await Mosquitto.start({ config: ['max_queued_messages 0', 'max_inflight_messages 100'] });
  const receiver = await NumberedReceiver.start(server.port, 'kill/#');
  const accepted: number[] = [];
  const complaints: string[] = [];
  const start = async (first: number, total: number, end: string): Promise<() => Promise<void>> => {
    const args = [join(__dirname, 'kill-child.js'), server.port, folder, run.qos, first, total, end].map(String);
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.startsWith('!')) complaints.push(line);
        else accepted.push(Number(line));
      }
    });
    const closed = once(child, 'close');
    if (end === 'drain') return async () => void (await closed);
    await Promise.race([once(child.stdout, 'data'), closed]);
    return async () => {
      child.kill('SIGKILL');
      await closed;
    };
  };
  for (let kill = 0; kill < run.kills; kill++) {
    // A message may have been written although the process was killed before it was accepted.
    const stop = await start((accepted.at(-1) ?? -1) + 100_000, ENDLESS, '');
    await delay(random() * run.life);
    await stop();
  }
  const drained = await start(0, 0, 'drain');
  await drained();
  const isLost = (number: number): boolean => !receiver.has(number);
  for (let wait = 0; accepted.some(isLost) && wait < 200; wait++) await delay(10);
  const lost = accepted.filter(isLost).length;
  const { received, copies, disordered } = receiver;
  await receiver.end();
  await server.stop();
  rmSync(folder, { recursive: true });
  return { accepted: accepted.length, received, lost, copies, disordered, complaints };
}
