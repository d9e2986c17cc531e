// When a connection counts as dead: mqtt.js asks for nothing but the answer to its last ping, which may stand in line
// behind what we do not read for the moment.

import type { IClientOptions, MqttClient } from 'mqtt';

type Timer = Exclude<NonNullable<IClientOptions['timerVariant']>, string>;

/** mqtt.js sends PINGREQ at the second tick after it last heard an answer, and ends the connection at the third. */
const LAST_TICK = 3;

export class KeepAlive {
  /** Nothing is read for the moment. */
  held = false;
  /** A packet has come since mqtt.js last asked. */
  heard = false;
  #client: MqttClient | undefined;

  watch(client: MqttClient): void {
    this.#client = client;
  }

  /** The timer for mqtt.js. */
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

  /** The server hears from us all the same, and a stream that is gone shows by it. */
  #goOn(): void {
    this.heard = false;
    // Forced, it begins to count anew.
    this.#client?.reschedulePing(true);
    this.#client?.sendPing();
  }
}
