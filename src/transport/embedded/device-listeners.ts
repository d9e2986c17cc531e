// All listeners of an embedded broker. What has not changed stays open with its devices; what cannot be opened is tried
// again until it can.

import { createHash } from 'node:crypto';
import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { asMqttFlowsError } from '../streams/network-error';
import type { Admission, DeviceListener, ListenerOptions } from './device-listener';
import { DevicePath } from './device-path';
import { DevicePort } from './device-port';

/** ms between two tries of a listener that could not be opened */
const RETRY = 5000;

export interface ListenReport {
  /** A listener is open; `port` is the one in use. */
  opened(options: ListenerOptions, port: number | undefined): void;
  /** It is not, and is tried again. Told once until it is open. */
  failed(options: ListenerOptions, error: MqttFlowsError): void;
}

interface Slot {
  readonly key: string;
  readonly options: ListenerOptions;
  listener: DeviceListener | undefined;
  /** Why it is not open, after it was tried. */
  problem: MqttFlowsError | undefined;
  told: boolean;
}

export class DeviceListeners {
  readonly #admission: Admission;
  readonly #retryAfter: number;
  #slots: Slot[] = [];
  #report: ListenReport | undefined;
  #timer: NodeJS.Timeout | undefined;
  #changing: Promise<void> = Promise.resolve();

  /** `retryAfter` in ms */
  constructor(admission: Admission, retryAfter = RETRY) {
    this.#admission = admission;
    this.#retryAfter = retryAfter;
  }

  get connectionCount(): number {
    return this.#slots.reduce((count, { listener }) => count + (listener?.connectionCount ?? 0), 0);
  }

  /** The ports in use. */
  get ports(): number[] {
    return this.#slots.flatMap(({ listener }) => listener?.port ?? []);
  }

  /** Why those that are not open are not. */
  get problems(): MqttFlowsError[] {
    return this.#slots.flatMap(({ problem }) => problem ?? []);
  }

  /** Opens `wanted` and closes all others. Resolves when each has been tried once; never rejects. */
  set(wanted: readonly ListenerOptions[], report: ListenReport): Promise<void> {
    // One change at a time: two would compete for the same port.
    this.#changing = this.#changing.then(() => this.#change(wanted, report));
    return this.#changing;
  }

  async #change(wanted: readonly ListenerOptions[], report: ListenReport): Promise<void> {
    this.#report = report;
    const left = new Map(this.#slots.map((slot) => [slot.key, slot]));
    this.#slots = wanted.map((options) => {
      const key = keyOf(options);
      const kept = left.get(key);
      left.delete(key);
      return kept ? { ...kept, told: false } : { key, options, listener: undefined, problem: undefined, told: false };
    });
    await Promise.all([...left.values()].map(({ listener }) => listener?.close()));
    await this.#openAll();
  }

  async #openAll(): Promise<void> {
    clearTimeout(this.#timer);
    for (const slot of this.#slots) if (!slot.listener) await this.#open(slot);
    if (this.#slots.every(({ listener }) => listener)) return;
    const again = (): void => {
      this.#changing = this.#changing.then(() => this.#openAll());
    };
    // A port that is in use is no reason for the process to live on.
    this.#timer = setTimeout(again, this.#retryAfter).unref();
  }

  async #open(slot: Slot): Promise<void> {
    const { options } = slot;
    try {
      slot.listener =
        options.kind === 'path'
          ? DevicePath.open(options, this.#admission)
          : await DevicePort.open(options, this.#admission);
      slot.told = false;
      slot.problem = undefined;
      this.#report?.opened(options, slot.listener.port);
    } catch (error) {
      slot.problem = asMqttFlowsError(error, 'listen');
      if (!slot.told) this.#report?.failed(options, slot.problem);
      slot.told = true;
    }
  }
}

/** Equal for two listeners that serve the same in the same way. */
function keyOf(options: ListenerOptions): string {
  if (options.kind === 'path') return `path ${options.path}`;
  // Certificates and keys may be large, and must not stand about in plain.
  return createHash('sha256').update(JSON.stringify(options)).digest('base64');
}
