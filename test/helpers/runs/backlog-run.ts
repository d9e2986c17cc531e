// A large backlog on disk. A separate process fills it while there is no server, and drains it to mosquitto, which
// counts.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Mosquitto } from '../servers/mosquitto';
import { NumberedReceiver } from '../servers/numbered-receiver';
import type { BacklogFigures } from './backlog-child';

export interface BacklogResult extends BacklogFigures {
  readonly received: number;
  readonly copies: number;
  readonly disordered: number;
}

/** `size` is in bytes of payload. */
export async function runBacklog(messages: number, size: number): Promise<BacklogResult> {
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-backlog-'));
  const server = await Mosquitto.start({
    config: ['max_queued_messages 0', 'max_inflight_messages 100', 'log_type none'],
  });
  const receiver = await NumberedReceiver.start(server.port, 'backlog/#');
  const args = [join(__dirname, 'backlog-child.js'), server.port, folder, messages, size].map(String);
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const figures = JSON.parse(stdout) as BacklogFigures;
  for (let wait = 0; receiver.received < figures.accepted && wait < 1000; wait++) await delay(10);
  const { received, copies, disordered } = receiver;
  await receiver.end();
  await server.stop();
  rmSync(folder, { recursive: true });
  return { ...figures, received, copies, disordered };
}
