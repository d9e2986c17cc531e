// A RabbitMQ server with its MQTT plugin, on free ports of the loopback address and in a folder of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { findProgram, skipWithout } from '../package/environment';
import { freePort } from './free-port';
import { accepts } from './mosquitto';

/** Debian's command on the PATH switches to another user, who cannot read our folder; this is what it runs. */
const DEBIAN = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/** ms from its open port to its first CONNACK, at most */
const SLOWEST_START = 120_000;

/** A user who may do anything with topics that match the pattern, and nothing with others. */
export interface RabbitUser {
  readonly password: string;
  /** A regular expression for topics with dots in the place of slashes. */
  readonly topics: string;
}

/** Skips the suite when RabbitMQ is not installed. */
export function needsRabbit(context: Mocha.Context): void {
  skipWithout(context, 'rabbitmq-server', program());
}

function program(): string | undefined {
  return existsSync(DEBIAN) ? DEBIAN : findProgram('rabbitmq-server');
}

export class RabbitMQ {
  readonly port: number;
  readonly #folder: string;
  readonly #processes: readonly ChildProcess[];

  private constructor(port: number, folder: string, processes: readonly ChildProcess[]) {
    this.port = port;
    this.#folder = folder;
    this.#processes = processes;
  }

  /**
   * Starts a server, and returns when it has let a client in: on a busy machine it does so some 20 s after its port is open.
   * Others than `users` may do anything.
   */
  static async start(users: Readonly<Record<string, RabbitUser>> = {}): Promise<RabbitMQ> {
    const [rabbit, epmd] = [program(), findProgram('epmd')];
    if (!rabbit || !epmd) throw new Error('rabbitmq-server is not installed');
    const folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-rabbitmq-'));
    const [port, names, distribution] = [await freePort(), await freePort(), await freePort()];
    const env = { ...process.env, ...settings(folder, port, users), ...ports(names, distribution), HOME: folder };
    // Otherwise the server starts a name server that outlives it.
    const nameServer = spawn(epmd, ['-port', `${names}`, '-address', '127.0.0.1'], { env, stdio: 'ignore' });
    const child = spawn(rabbit, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        log = (log + text).slice(-20_000);
      });
    const server = new RabbitMQ(port, folder, [child, nameServer]);
    while (!(await accepts(port)) || !(await letsIn(port))) {
      if (child.exitCode === null && child.signalCode === null) continue;
      await server.stop();
      throw new Error(`RabbitMQ ended:\n${log}`);
    }
    return server;
  }

  /** Ends it, and removes its files. */
  async stop(): Promise<void> {
    for (const child of this.#processes) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Whether a client may connect. It learns its users after its port is open, and refuses all until then. */
async function letsIn(port: number): Promise<boolean> {
  const options = { connectTimeout: SLOWEST_START, reconnectPeriod: 0 };
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, options, false).catch(() => undefined);
  await client?.endAsync();
  return client !== undefined;
}

function ports(names: number, distribution: number): Record<string, string> {
  return {
    ERL_EPMD_PORT: `${names}`,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `test${distribution}@localhost`,
    RABBITMQ_DIST_PORT: `${distribution}`,
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    // Its script then becomes the server, and is not a process before it that would have to be ended gently.
    RUNNING_UNDER_SYSTEMD: 'true',
  };
}

/** Writes its files, and returns the variables that name them. */
function settings(folder: string, port: number, users: Readonly<Record<string, RabbitUser>>): Record<string, string> {
  const definitions = join(folder, 'definitions.json');
  writeFileSync(definitions, JSON.stringify(definitionsFor(users)));
  const lines = [
    'listeners.tcp = none',
    `mqtt.listeners.tcp.1 = 127.0.0.1:${port}`,
    `load_definitions = ${definitions}`,
    // The test machine may have little space left.
    'disk_free_limit.absolute = 1MB',
    'log.console = true',
    'log.console.level = warning',
  ];
  writeFileSync(join(folder, 'rabbitmq.conf'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'enabled_plugins'), '[rabbitmq_mqtt].\n');
  return {
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'no-env'),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_GENERATED_CONFIG_DIR: join(folder, 'generated'),
    RABBITMQ_FEATURE_FLAGS_FILE: join(folder, 'feature-flags'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_PID_FILE: join(folder, 'pid'),
  };
}

function definitionsFor(users: Readonly<Record<string, RabbitUser>>): object {
  // The user of anonymous clients.
  const names = ['guest', ...Object.keys(users)];
  return {
    vhosts: [{ name: '/' }],
    users: names.map((name) => ({ name, password: users[name]?.password ?? 'guest', tags: [] })),
    permissions: names.map((user) => ({ user, vhost: '/', configure: '.*', write: '.*', read: '.*' })),
    topic_permissions: Object.entries(users).map(([user, { topics }]) => ({
      user,
      vhost: '/',
      exchange: 'amq.topic',
      write: topics,
      read: topics,
    })),
  };
}
