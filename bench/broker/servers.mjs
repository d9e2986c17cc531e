// The brokers that are compared, each in a process of its own: what they cost is read from /proc, alike for all.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() && true));
    socket.once('error', () => void delay(10, false).then(resolve));
  });
}

function mosquitto(port, folder) {
  const conf = join(folder, 'mosquitto.conf');
  const lines = [
    `user ${userInfo().username}`,
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence false',
    'log_dest none',
    'max_queued_messages 0',
    'set_tcp_nodelay true',
  ];
  writeFileSync(conf, `${lines.join('\n')}\n`);
  return ['mosquitto', '-c', conf];
}

const node =
  (script, ...more) =>
  (port, folder) => [process.execPath, fileURLToPath(new URL(script, import.meta.url)), String(port), folder, ...more];

/** name → the command for `(port, folder)` */
const COMMANDS = {
  ours: node('ours-child.mjs'),
  'ours on disk': node('ours-child.mjs', 'disk'),
  'ours, 10 rights': node('ours-child.mjs', 'rights', '10', 'bench/#'),
  'ours, 100 rights': node('ours-child.mjs', 'rights', '100', 'bench/#'),
  // The clients of the comparison subscribe to more than this, so that each delivery is checked.
  'ours, 10 narrow': node('ours-child.mjs', 'rights', '10', 'bench/+'),
  'ours, 100 narrow': node('ours-child.mjs', 'rights', '100', 'bench/+'),
  mosquitto,
  aedes: node('aedes-child.mjs'),
};

/** Clock ticks per second of /proc/<pid>/stat: 100 on every Linux. */
const TICKS = 100;

export class BrokerProcess {
  #child;
  #folder;
  #command;

  /** Starts the broker `name`, and returns when it listens. */
  static async start(name) {
    const broker = new BrokerProcess();
    broker.#folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-bench-'));
    broker.port = await freePort();
    broker.#command = COMMANDS[name](broker.port, broker.#folder);
    await broker.#run();
    return broker;
  }

  /** Ends it with SIGTERM and starts it again: ms until it listens. */
  async restart() {
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
    const start = performance.now();
    await this.#run();
    return performance.now() - start;
  }

  async #run() {
    const [command, ...rest] = this.#command;
    const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
    this.#child = spawn(command, rest, { stdio: ['ignore', 2, 2], env });
    while (!(await answers(this.port))) {
      if (this.#child.exitCode !== null) throw new Error(`${command} has ended`);
    }
  }

  /** s of processor time so far */
  cpu() {
    const fields = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  }

  /** bytes of memory that are resident; a Node.js collects its garbage first */
  async memory() {
    this.#child.kill('SIGUSR2');
    await delay(1500);
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8'));
    return Number(kilobytes) * 1024;
  }

  async stop() {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
