// Home Assistant's MQTT client in a process of its own: paho-mqtt doing what Home Assistant has it do.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Inbox } from '../flows/inbox';
import { findProgram, repository, skipWithout } from '../package/environment';

/** A step that it has taken. */
export interface HomeAssistantStep {
  readonly event: 'connected' | 'refused' | 'disconnected' | 'ready' | 'states';
  readonly sessionPresent?: boolean;
  /** Discovery topics that have come, and how many of them with the retain flag. */
  readonly configs?: number;
  readonly retained?: number;
  /** Exact topics that it has subscribed to. */
  readonly topics?: number;
  readonly seconds?: number;
  readonly count?: number;
}

/** ms for 2,000 topics, or for the next attempt to connect, on a busy machine */
const PATIENCE = 60_000;

/** The Python that has paho-mqtt: Debian's is not always the first one. */
export function pythonWithPaho(): string | undefined {
  return ['/usr/bin/python3', findProgram('python3')].find((python) => {
    if (!python) return false;
    try {
      execFileSync(python, ['-c', 'import paho.mqtt.client'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

/** Skips the suite or test when paho-mqtt is not installed. */
export function needsPaho(context: Mocha.Context): void {
  skipWithout(context, 'paho-mqtt', pythonWithPaho());
}

export class HomeAssistant {
  readonly steps = new Inbox<HomeAssistantStep>('steps of Home Assistant', PATIENCE);
  readonly #child: ChildProcess;

  /** Connects to the broker on `port`, and expects the discovery topics of `devices` devices. */
  constructor(port: number, devices: number) {
    const script = join(repository, 'test/helpers/servers/home_assistant.py');
    const child = spawn(pythonWithPaho() ?? '', [script, String(port), String(devices)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface(child.stdout).on('line', (line) => {
      // The script prints nothing else.
      this.steps.push(JSON.parse(line) as HomeAssistantStep);
    });
    this.#child = child;
  }

  /** Ends it without a word, as when its machine fails. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}
