// Decides when a connection counts as dead. mqtt.js accepts nothing but the answer to its last ping, which may be
// queued behind data that we do not read for now.

import type { IClientOptions, MqttClient } from 'mqtt';

type Timer = Exclude<NonNullable<IClientOptions['timerVariant']>, string>;

/** mqtt.js sends PINGREQ at the second tick after the last answer, and ends the connection at the third. */
const LAST_TICK = 3;

export class KeepAlive {
  /** Whether reading is stopped. */
  held = false;
  /** Whether a packet has arrived since mqtt.js last checked. */
  heard = false;
  #client: MqttClient | undefined;

  watch(client: MqttClient): void {
    this.#client = client;
  }

  /** The timer that mqtt.js uses. */
  readonly timer: Timer = {
    set: (tick, time) => {
      let ticks = 0;
      const timer = setInterval(() => {
        if (++ticks === LAST_TICK && (this.held || this.heard)) this.#goOn();
        else tick();
      }, time);
      return timer[Symbol.toPrimitive]();
    },
    clear: (timer) => clearInterval(timer),
  };

  /** Keeps the connection. Pings still go out, and a stream that is gone is noticed by them. */
  #goOn(): void {
    this.heard = false;
    // With `true`, mqtt.js starts counting again.
    this.#client?.reschedulePing(true);
    this.#client?.sendPing();
  }
}
