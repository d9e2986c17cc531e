// Pings, and when a connection counts as dead. mqtt.js accepts nothing but the answer to its last ping, which may be
// queued behind data that we do not read for now.

import type { Duplex } from 'node:stream';
import type { IClientOptions, MqttClient, Packet } from 'mqtt';
import { LinkMovement } from '../streams/link-movement';
import type { LinkProgress } from '../transport';

type Timer = Exclude<NonNullable<IClientOptions['timerVariant']>, string>;

/** mqtt.js sends PINGREQ at the second tick after the last answer, and ends the connection at the third. */
const LAST_TICK = 3;

const STILL: LinkProgress = { received: 0, sent: 0, waiting: 0, busyFor: 0 };

export class KeepAlive {
  /** Whether reading is stopped. */
  held = false;
  /** Whether a packet has arrived since mqtt.js last checked. */
  #heard = false;
  #client: MqttClient | undefined;
  /** PINGREQs that have been sent, mqtt.js's own included, and PINGRESPs that have arrived. */
  #pings = 0;
  #pongs = 0;
  /** In the order of their PINGREQs. */
  #waiting: { readonly ping: number; readonly answered: () => void }[] = [];
  #movement: LinkMovement | undefined;
  /** At the last check. */
  #before = STILL;

  /** What has moved over the network. */
  get progress(): LinkProgress {
    return this.#movement?.progress ?? STILL;
  }

  watch(client: MqttClient, stream: Duplex): void {
    this.#client = client;
    client.on('packetsend', ({ cmd }) => {
      if (cmd === 'pingreq') this.#pings++;
    });
    this.#movement = new LinkMovement(stream, () => performance.now());
  }

  /**
   * The server demands a keep alive of so many seconds, which counts in place of ours (MQTT 5, section 3.2.2.3.14). mqtt.js
   * heeds that only where ours is not 0.
   */
  demanded(seconds: number): void {
    if (this.#client) this.#client.options.keepalive = seconds;
  }

  /** Sends PINGREQ, and calls `answered` at its PINGRESP. */
  ping(answered: () => void): void {
    this.#waiting.push({ ping: this.#pings + 1, answered });
    this.#client?.sendPing();
  }

  /** A packet has arrived. */
  hear(cmd: Packet['cmd']): void {
    this.#heard = true;
    if (cmd !== 'pingresp') return;
    this.#pongs++;
    while ((this.#waiting[0]?.ping ?? Number.POSITIVE_INFINITY) <= this.#pongs) this.#waiting.shift()?.answered();
  }

  /** A large packet of so many bytes has been written. */
  wrote(bytes: number): void {
    this.#movement?.wrote(bytes);
  }

  /** The timer that mqtt.js uses. */
  readonly timer: Timer = {
    set: (tick, time) => {
      let ticks = 0;
      const timer = setInterval(() => {
        if (++ticks === LAST_TICK && this.#isAlive()) this.#goOn();
        else tick();
      }, time);
      return timer[Symbol.toPrimitive]();
    },
    clear: (timer) => clearInterval(timer),
  };

  /**
   * Bytes that come in are a sign of life, though the packet that they belong to may take minutes. So are bytes that go
   * out: the ping is queued behind them.
   */
  #isAlive(): boolean {
    const before = this.#before;
    const now = this.progress;
    this.#before = now;
    const received = now.received > before.received;
    const sent = before.waiting > 0 && now.sent > before.sent;
    return this.held || this.#heard || received || sent || now.busyFor > 0;
  }

  /** Keeps the connection. Pings still go out, and a stream that is gone is noticed by them. */
  #goOn(): void {
    this.#heard = false;
    // With `true`, mqtt.js starts counting again.
    this.#client?.reschedulePing(true);
    this.#client?.sendPing();
  }
}
