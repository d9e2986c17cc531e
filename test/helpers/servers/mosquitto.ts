// A mosquitto server on a free port of the loopback address, with a configuration made for one suite.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Inbox } from '../flows/inbox';
import { findProgram, skipWithout } from '../package/environment';
import { freePort } from './free-port';

export interface MosquittoOptions {
  /** User names and passwords. Without any, everyone may connect. */
  readonly users?: Readonly<Record<string, string>>;
  /** More lines of mosquitto.conf. */
  readonly config?: readonly string[];
}

/** Skips the suite or test when mosquitto is not installed. */
export function needsMosquitto(context: Mocha.Context): void {
  skipWithout(context, 'mosquitto', findProgram('mosquitto'));
}

export class Mosquitto {
  readonly port: number;
  readonly #folder: string;
  #child: ChildProcess | undefined;
  #log = new Inbox<string>('log of mosquitto');

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
  }

  /** Starts a server, and returns when it listens. */
  static async start(options: MosquittoOptions = {}): Promise<Mosquitto> {
    const folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-mosquitto-'));
    const port = await freePort();
    const lines = [
      // mosquitto started as root switches to another user, who cannot read this folder.
      `user ${userInfo().username}`,
      `listener ${port} 127.0.0.1`,
      `allow_anonymous ${options.users === undefined}`,
      'persistence false',
      // Otherwise it waits up to 40 ms for TCP's acknowledgement of a small packet before it sends the next one.
      'set_tcp_nodelay true',
      'log_dest stderr',
      'log_type all',
      'connection_messages true',
      ...(options.config ?? []),
    ];
    if (options.users) lines.push(`password_file ${passwordFile(folder, options.users)}`);
    writeFileSync(join(folder, 'mosquitto.conf'), `${lines.join('\n')}\n`);
    const mosquitto = new Mosquitto(port, folder);
    await mosquitto.restart();
    return mosquitto;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** The log since its last start: connections and all packets. */
  get log(): Inbox<string> {
    return this.#log;
  }

  /** Starts it again on the same port, without its previous state. */
  async restart(): Promise<void> {
    await this.kill();
    const program = findProgram('mosquitto');
    if (!program) throw new Error('mosquitto is not installed');
    const child = spawn(program, ['-c', join(this.#folder, 'mosquitto.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    const log = new Inbox<string>('log of mosquitto');
    this.#log = log;
    let rest = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) log.push(line);
    });
    while (!(await accepts(this.port))) {
      if (child.exitCode !== null) throw new Error(`mosquitto ended:\n${log.all.join('\n')}`);
    }
  }

  /** Starts it again with other users. It must have been started with users, too. */
  async changeUsers(users: Readonly<Record<string, string>>): Promise<void> {
    passwordFile(this.#folder, users);
    await this.restart();
  }

  /** Ends it without DISCONNECT to its clients. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  /** Ends it, and removes its files. */
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function passwordFile(folder: string, users: Readonly<Record<string, string>>): string {
  const program = findProgram('mosquitto_passwd');
  if (!program) throw new Error('mosquitto_passwd is not installed');
  const file = join(folder, 'passwords');
  writeFileSync(file, '');
  for (const [name, password] of Object.entries(users)) execFileSync(program, ['-b', file, name, password]);
  return file;
}

/** Tries to connect. After a refusal, it gives the server time to run. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => void delay(5, false).then(resolve));
  });
}
