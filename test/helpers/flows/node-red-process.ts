// A real Node-RED in its own process, with its own user directory.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeRedScript, repository } from '../package/environment';
import { freePort } from '../servers/free-port';

export const packageName = '@mqtt-flows/node-red-mqtt-flows';

/** An empty user directory. The caller removes it. */
export function emptyUserDir(): string {
  return mkdtempSync(join(tmpdir(), 'mqtt-flows-test-'));
}

/** Installs the built repository as a package in `userDir`. */
export function linkPackage(userDir: string): void {
  const link = join(userDir, 'node_modules', packageName);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(repository, link, 'junction');
  const manifest = { name: 'test-user-dir', private: true, dependencies: { [packageName]: '*' } };
  writeFileSync(join(userDir, 'package.json'), JSON.stringify(manifest));
}

/** The setting of the editor with this editor for code in it. */
function editorTheme(codeEditor: 'ace' | 'monaco'): string {
  return `editorTheme: { tours: false, palette: { catalogues: [] }, codeEditor: { lib: '${codeEditor}' } },`;
}

/**
 * The setting for Monaco, with which Node-RED comes. Elsewhere the tests have Ace: no dialog of ours has an editor for code,
 * and with Monaco a page takes about twice as long to load.
 */
export const MONACO = editorTheme('monaco');

/** Core nodes that few tests use. Without them, Node-RED starts with three quarters of the CPU, and a page has less to load. */
const RARE = [
  ...['06-httpproxy', '10-file', '21-httprequest', '22-websocket', '23-watch', '31-tcpin', '32-udp', '90-exec'],
  ...['70-CSV', '70-HTML', '70-XML', '70-YAML'],
].map((name) => `${name}.js`);

/** The setting for all core nodes. */
export const ALL_CORE_NODES = 'nodesExcludes: [],';

/** The setting that leaves out these core nodes, and `files` of Node-RED with more of them. */
export function withoutCoreNodes(...files: readonly string[]): string {
  return `nodesExcludes: ${JSON.stringify([...RARE, ...files])},`;
}

const SETTINGS = `module.exports = {
  lang: 'en-US', uiHost: '127.0.0.1', flowFile: 'flows.json', credentialSecret: 'only for tests',
  telemetry: { enabled: false, updateNotification: false }, ${editorTheme('ace')} ${withoutCoreNodes()}
  functionGlobalContext: { memoryInUse: require(${JSON.stringify(require.resolve('../process/heap'))}).memoryInUse },
  logging: { console: { level: 'debug', metrics: false, audit: false } },
`;

/** What Node-RED prints when it has started what was deployed, or cannot since nodes are of an unknown type. */
const STARTED = [
  'Started flows',
  'Started modified flows',
  'Started modified nodes',
  'Waiting for missing types',
] as const;

export class NodeRedProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #awaited = new Set<string>();
  #output = '';

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
    process.once('exit', this.#abandon);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (text: string) => {
        this.#output += text;
      });
    }
  }

  /**
   * Starts Node-RED on `userDir` and waits until its flows run. Rejects with its output when it ends before.
   * `more` is put at the end of the settings, as the text of properties.
   */
  static async start(userDir: string, more = ''): Promise<NodeRedProcess> {
    const port = await freePort();
    const settings = join(userDir, 'settings.js');
    writeFileSync(settings, `${SETTINGS}${more}};`);
    const child = spawn(process.execPath, [nodeRedScript, '-u', userDir, '-s', settings, '-p', String(port)], {
      cwd: userDir,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const started = new NodeRedProcess(child, `http://127.0.0.1:${port}/`);
    try {
      await started.waitForOutput('Started flows');
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
    return started;
  }

  get pid(): number {
    return this.#child.pid ?? Number.NaN;
  }

  /** Everything that Node-RED has printed. */
  get output(): string {
    return this.#output;
  }

  /** The texts that a test waits for. */
  get awaited(): string[] {
    return [...this.#awaited];
  }

  /** Forgets what Node-RED has printed, so that nobody takes it for what comes. */
  forgetOutput(): void {
    this.#output = '';
  }

  /** Waits until Node-RED has printed `text`. Rejects with its output when it ends before that. */
  waitForOutput(text: string): Promise<void> {
    return this.waitForOutputAfter(0, text);
  }

  /** The same for what it has printed after the first `length` characters. `others` will do as well. */
  waitForOutputAfter(length: number, text: string, ...others: string[]): Promise<void> {
    const texts = [text, ...others];
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!texts.some((one) => this.#output.includes(one, length))) return;
        stop();
        resolve();
      };
      const gone = (): void => {
        stop();
        reject(new Error(`Node-RED ended before it printed "${text}":\n${this.#output}`));
      };
      const stop = (): void => {
        this.#awaited.delete(text);
        this.#child.stdout?.off('data', look);
        this.#child.off('exit', gone);
      };
      this.#awaited.add(text);
      this.#child.stdout?.on('data', look);
      this.#child.once('exit', gone);
      look();
    });
  }

  /**
   * Does `deploy`, which posts flows, and waits until their nodes run. Node-RED answers as soon as it has saved them; only then
   * it stops the nodes of before, and starts the new ones.
   */
  async whileDeploying<Result>(deploy: () => Promise<Result>): Promise<Result> {
    const { length } = this.#output;
    const result = await deploy();
    await this.waitForOutputAfter(length, ...STARTED);
    return result;
  }

  /** Deploys `flows`, a list of nodes or its JSON text, without the editor. An open editor does not know of it. */
  async deploy(flows: readonly object[] | string, headers: HeadersInit = {}): Promise<void> {
    const body = typeof flows === 'string' ? flows : JSON.stringify(flows);
    await this.whileDeploying(() => this.admin('flows', { method: 'POST', headers, body }));
  }

  /** Calls the admin API. `path` has no leading slash. Rejects unless the answer is a success. */
  async admin(path: string, init: RequestInit = {}): Promise<unknown> {
    const headers = new Headers(init.headers);
    headers.set('Accept', 'application/json');
    headers.set('Content-Type', 'application/json');
    const response = await fetch(this.url + path, { ...init, headers });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    const text = await response.text();
    return text === '' ? undefined : JSON.parse(text);
  }

  /** Stops Node-RED as Ctrl-C does. Its files stay. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Kills it at once, as a power failure would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** A process of tests that ends leaves no Node-RED behind. */
  readonly #abandon = (): void => void this.#child.kill('SIGKILL');

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    process.off('exit', this.#abandon);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exit;
  }
}

/** Removes a user directory made by emptyUserDir(). */
export function removeUserDir(userDir: string): void {
  rmSync(userDir, { recursive: true, force: true });
}
