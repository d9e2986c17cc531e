// Finds the publication over which the server ends the connection, so that it is not sent for ever. It must never be
// one that a bad network has cut off: see docs/decisions.md.

import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { OutboxEntry } from './outbox-entry';

/** How many connections a publication may cost when the server says that something was wrong. */
const DEADLY = 2;
/** How many in a row, when the server says nothing and the publication was alone on its way. */
const LONELY_DEADLY = 5;
/** A server that ends the connection over a publication does so within this time, in ms. */
const SOON = 1000;

/** DISCONNECT for reasons that no publication gives (MQTT 5, section 3.14.2.1). */
const INNOCENT: ReadonlySet<number | undefined> = new Set([
  0x00, // normal
  0x89, // server busy
  0x8b, // server shutting down
  0x8d, // keep alive timeout
  0x8e, // session taken over
  0x93, // receive maximum exceeded
  0x96, // message rate too high
  0x98, // administrative action
  0x9c, // use another server
  0x9d, // server moved
  0x9f, // connection rate exceeded
  0xa0, // maximum connect time
]);

export class Suspects {
  #oneByOne = false;
  /** The oldest that was on its way at the last suspicious end, if nothing has got through since. */
  #latest: OutboxEntry | undefined;
  #again = false;

  /** Nothing may be on its way beside the next publication. */
  get oneByOne(): boolean {
    return this.#oneByOne;
  }

  /** Whether the last two connections in a row have ended over the same publication, as it looks. */
  get again(): boolean {
    return this.#again;
  }

  /** A publication has got through. */
  cleared(): void {
    this.#oneByOne = false;
    this.#latest = undefined;
  }

  /**
   * The connection has ended by `error` while `sent`, oldest first, were on their way. The one that is to be given up, if
   * that is clear by now; until it is, publications go one by one.
   */
  ended(error: MqttFlowsError, sent: readonly OutboxEntry[], now: number): OutboxEntry | undefined {
    const [suspect] = sent;
    this.#again = false;
    if (suspect?.progress !== 'sent') return undefined;
    const alone = sent.length === 1;
    if (error.code === 'disconnected-by-server' && !INNOCENT.has(error.reasonCode)) suspect.deaths++;
    else if (error.code === 'connection-lost' && now - suspect.sentAt <= SOON) suspect.lonelyDeaths += alone ? 1 : 0;
    else return undefined;
    this.#again = suspect === this.#latest;
    this.#latest = suspect;
    this.#oneByOne = true;
    if (!alone || (suspect.deaths < DEADLY && suspect.lonelyDeaths < LONELY_DEADLY)) return undefined;
    this.#oneByOne = false;
    return suspect;
  }
}
