// Which version of MQTT to speak when the user leaves it open: 5, unless a server shows that it knows older ones only.

import type { MqttFlowsError } from '../core/mqtt-flows-error';
import type { ProtocolVersion } from '../transport/transport';

export class VersionChoice {
  readonly #open: boolean;
  #version: ProtocolVersion;
  /** Whether a server has accepted the version. */
  #proven = false;

  constructor(configured: 'auto' | ProtocolVersion) {
    this.#open = configured === 'auto';
    this.#version = configured === 'auto' ? 5 : configured;
  }

  get version(): ProtocolVersion {
    return this.#version;
  }

  accepted(): void {
    this.#proven = true;
  }

  /** True when `error` was about the version, and another is worth an attempt at once. */
  failed({ code, stage }: MqttFlowsError): boolean {
    if (!this.#open || this.#proven) return false;
    // Some servers that know only older versions close without a word; so does any server that is being restarted.
    const mute = stage === 'connack' && code === 'closed-without-answer';
    if (this.#version !== 5) {
      if (mute) this.#version = 5;
      return false;
    }
    if (code !== 'protocol-version-refused' && !mute) return false;
    this.#version = 4;
    return true;
  }
}
