// The set-up of a cloud test: an authority, a device with a certificate, a stand-in for the cloud, and a flow.

import { Authority, type KeyPair } from '../servers/certificates';
import { cloudRules } from '../servers/cloud-rules';
import { CloudServer } from '../servers/cloud-server';
import { type CloudFlowOptions, loadCloudFlow } from './cloud-flow';
import { clouds, example } from './cloud-settings';
import { type Flow, unloadFlow } from './flow-harness';

export type Cloud = keyof typeof clouds;

/** The differences between a flow and the table of docs/clouds.md. */
export type Deviation = Omit<CloudFlowOptions, 'server' | 'authority' | 'client'>;

export class CloudSetup {
  readonly #authority = new Authority();
  readonly #client: KeyPair = this.#authority.sign(example.device);
  #server: CloudServer | undefined;

  /**
   * Starts the stand-in for a cloud, and loads a flow with the settings of the table and the changes of `deviation`.
   */
  async load(cloud: Cloud, deviation: Deviation = {}): Promise<{ readonly flow: Flow; readonly server: CloudServer }> {
    const server = await CloudServer.start(cloudRules[cloud], this.#authority);
    this.#server = server;
    const flow = await loadCloudFlow(clouds[cloud], {
      server,
      authority: this.#authority,
      client: this.#client,
      ...deviation,
    });
    return { flow, server };
  }

  /** Removes flow and stand-in. */
  async clear(): Promise<void> {
    await unloadFlow();
    await this.#server?.stop();
    this.#server = undefined;
  }

  /** Removes the certificates. */
  remove(): void {
    this.#authority.remove();
  }
}
