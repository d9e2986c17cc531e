// Which version of MQTT to speak with a server when the user leaves it open: 5, unless it shows that it knows older ones
// only.

import type { ErrorCode, MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { ProtocolVersion } from '../../transport/transport';

/** Ends of an attempt in which the server has said nothing. */
const MUTE: ReadonlySet<ErrorCode> = new Set(['closed-without-answer', 'connection-timeout']);

export class VersionChoice {
  readonly #open: boolean;
  #version: ProtocolVersion;
  /** Whether the server has accepted the version. */
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
    if (!this.#open) return false;
    // It may be another program at the same address by now.
    const refused = code === 'protocol-version-refused';
    // Some servers that know only older versions close without a word, or wait for more; so does any server that is being
    // restarted.
    const mute = !this.#proven && stage === 'connack' && MUTE.has(code);
    if (!refused && !mute) return false;
    this.#proven = false;
    const wasNewest = this.#version === 5;
    this.#version = wasNewest ? 4 : 5;
    return wasNewest;
  }
}
