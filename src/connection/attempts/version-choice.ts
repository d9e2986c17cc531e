// Which version of MQTT to use with a server when the user leaves it open: 5, unless the server turns out to support
// only older ones.

import type { ErrorCode, MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { ProtocolVersion } from '../../transport/transport';

/** Failures of an attempt in which the server sent nothing. */
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

  /** True when `error` was about the version, and another version is to be tried at once. */
  failed({ code, stage }: MqttFlowsError): boolean {
    if (!this.#open) return false;
    // Another program may use the same address by now.
    const refused = code === 'protocol-version-refused';
    // Some servers that support only older versions close silently, or wait for more data. So does any server that is
    // being restarted.
    const mute = !this.#proven && stage === 'connack' && MUTE.has(code);
    if (!refused && !mute) return false;
    this.#proven = false;
    const wasNewest = this.#version === 5;
    this.#version = wasNewest ? 4 : 5;
    return wasNewest;
  }
}
