// Which version of MQTT to use with a server when the user leaves it open: 5, unless the server turns out to support
// only older ones.

import type { ErrorCode, MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { ProtocolVersion } from '../../transport/transport';

/** So often a server has to be silent at MQTT 5, and accept 3.1.1 then, until MQTT 5 is no longer tried. */
const ENOUGH_SILENCE = 2;

/** Failures of an attempt in which the server sent nothing. */
const MUTE: ReadonlySet<ErrorCode> = new Set(['closed-without-answer', 'connection-timeout']);

export class VersionChoice {
  readonly #open: boolean;
  #version: ProtocolVersion;
  /** Whether the server has accepted the version. */
  #proven = false;
  /** How often it was silent at MQTT 5 and accepted 3.1.1 then. */
  #silences = 0;
  /** Whether 3.1.1 is only tried because the server was silent. */
  #guessed = false;

  constructor(configured: 'auto' | ProtocolVersion) {
    this.#open = configured === 'auto';
    this.#version = configured === 'auto' ? 5 : configured;
  }

  get version(): ProtocolVersion {
    return this.#version;
  }

  accepted(): void {
    if (this.#guessed && !this.#proven) this.#silences++;
    this.#proven = true;
  }

  /** True when `error` was about the version, and another version is to be tried at once. */
  failed({ code, stage }: MqttFlowsError): boolean {
    if (!this.#open) return false;
    // Another program may use the same address by now.
    const refused = code === 'protocol-version-refused';
    if (this.#guessed && this.#proven && this.#silences < ENOUGH_SILENCE) return this.#askAgain();
    // Some servers that support only older versions close silently, or wait for more data. So does any server that is
    // being restarted.
    const mute = !this.#proven && stage === 'connack' && MUTE.has(code);
    if (!refused && !mute) return false;
    this.#proven = false;
    const wasNewest = this.#version === 5;
    this.#version = wasNewest ? 4 : 5;
    this.#guessed = wasNewest && !refused;
    return wasNewest;
  }

  /**
   * A connection by 3.1.1 has ended. A server that was silent may have been starting, or the network was bad, and it has
   * not refused MQTT 5. So the next attempt is by MQTT 5.
   */
  #askAgain(): false {
    this.#proven = false;
    this.#guessed = false;
    this.#version = 5;
    return false;
  }
}
