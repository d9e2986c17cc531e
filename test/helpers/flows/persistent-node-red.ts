// A real Node-RED that is stopped or killed and started again on the same user directory. Records what its flow
// receives.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlowNode } from './flow-harness';
import { emptyUserDir, linkPackage, NodeRedProcess, removeUserDir, withoutCoreNodes } from './node-red-process';
import { SessionFile } from './user-directory';

/** No test here uses these core nodes, which cost much to load. */
const LIGHT = withoutCoreNodes('10-mqtt.js', '21-httpin.js');

const TAB = { id: 'tab-persistent', type: 'tab', label: 'Persistent' };
/** The text that a debug node prints before a payload, on the same line or on the line above. */
const PRINTED = /\[debug:received\]\s+(\S+)/g;

export class PersistentNodeRed {
  readonly #userDir = emptyUserDir();
  readonly #received: string[] = [];
  #process: NodeRedProcess | undefined;

  constructor() {
    linkPackage(this.#userDir);
  }

  /** Payloads at nodes wired to `received`, in all runs so far. */
  get received(): string[] {
    return [...this.#received, ...printed(this.#process)];
  }

  /** Starts Node-RED with `nodes` and returns when the flows run. */
  async start(nodes: readonly FlowNode[]): Promise<void> {
    const wired = nodes.map((node) => ('wires' in node ? { z: TAB.id, x: 0, y: 0, ...node } : node));
    writeFileSync(join(this.#userDir, 'flows.json'), JSON.stringify([TAB, ...wired, ...this.#own()]));
    this.#process = await NodeRedProcess.start(this.#userDir, LIGHT);
  }

  /** Deploys `nodes`. Changed nodes are restarted. */
  async deploy(nodes: readonly FlowNode[]): Promise<void> {
    const headers = { 'Node-RED-Deployment-Type': 'nodes' };
    await this.#process?.deploy(this.#flow(nodes), headers);
  }

  /** What it has printed in this run. */
  get output(): string {
    return this.#process?.output ?? '';
  }

  /** The texts that a test waits for it to print. */
  get awaited(): string[] {
    return this.#process?.awaited ?? [];
  }

  get pid(): number {
    return this.#process?.pid ?? Number.NaN;
  }

  /** Resolves when Node-RED has printed `text`. */
  async printed(text: string): Promise<void> {
    await this.#process?.waitForOutput(text);
  }

  /** Resolves when the session file of a broker node contains `text`. */
  remembered(brokerId: string, text: string): Promise<void> {
    return new SessionFile(join(this.#userDir, 'mqtt-flows', `${brokerId}.session.json`)).contains(text);
  }

  /** Stops it as Ctrl-C does. */
  async stop(): Promise<void> {
    await this.#process?.stop();
    this.#received.push(...printed(this.#process));
    this.#process = undefined;
  }

  /** Kills it, as a power failure would. */
  async crash(): Promise<void> {
    await this.#process?.kill();
    await this.stop();
  }

  async remove(): Promise<void> {
    await this.stop();
    removeUserDir(this.#userDir);
  }

  #flow(nodes: readonly FlowNode[]): object[] {
    const wired = nodes.map((node) => ('wires' in node ? { ...node, z: TAB.id, x: 0, y: 0 } : node));
    return [TAB, ...wired, ...this.#own()];
  }

  #own(): object[] {
    const place = { z: TAB.id, x: 0, y: 0 };
    const debug = { type: 'debug', name: 'received', active: true, console: true, tosidebar: false };
    return [{ ...place, ...debug, id: 'received', complete: 'payload', targetType: 'msg', wires: [] }];
  }
}

function printed(process: NodeRedProcess | undefined): string[] {
  return Array.from((process?.output ?? '').matchAll(PRINTED), ([, payload = '']) => payload);
}
