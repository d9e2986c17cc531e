// Finds the publication because of which the server ends the connection, so that it is not sent for ever. It must not
// blame a publication for a bad network (docs/decisions.md, 14).

import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { OutboxEntry } from './outbox-entry';

/** The number of connections that a publication may cost when the server gives a reason. */
const DEADLY = 2;
/** The same in a row, when the server gives no reason and the publication was alone in flight. */
const LONELY_DEADLY = 5;
/** A server that ends the connection because of a publication does so within this time, in ms. */
const SOON = 1000;

/** Reason codes of DISCONNECT that no publication causes (MQTT 5, section 3.14.2.1). */
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
  /** The oldest in flight at the last suspicious end, if nothing has been acknowledged since. */
  #latest: OutboxEntry | undefined;
  #again = false;

  /** Whether publications are sent one at a time. */
  get oneByOne(): boolean {
    return this.#oneByOne;
  }

  /** The topic of the publication that seems to have ended the last two connections. */
  get again(): string | undefined {
    return this.#again ? this.#latest?.publication.topic : undefined;
  }

  /** A publication has been acknowledged. */
  cleared(): void {
    this.#oneByOne = false;
    this.#latest = undefined;
  }

  /**
   * The connection has ended with `error` while `sent`, oldest first, were in flight. Returns the publication to give
   * up, if it is identified. Until then, publications are sent one at a time.
   */
  ended(error: MqttFlowsError, sent: readonly OutboxEntry[], now: number): OutboxEntry | undefined {
    const [suspect] = sent;
    this.#again = false;
    if (suspect?.progress !== 'sent') return undefined;
    const alone = sent.length === 1;
    if (!mayBeOver(error, suspect.sentAt, now)) return undefined;
    if (error.code === 'disconnected-by-server') suspect.countDeath();
    else if (alone) suspect.countLonelyDeath();
    this.#again = suspect === this.#latest;
    this.#latest = suspect;
    this.#oneByOne = true;
    if (!alone || (suspect.deaths < DEADLY && suspect.lonelyDeaths < LONELY_DEADLY)) return undefined;
    this.#oneByOne = false;
    return suspect;
  }
}

/**
 * Whether a connection that has ended with `error` at `now` may have been ended by the server because of what it was sent at
 * `sentAt`, both in ms.
 */
export function mayBeOver({ code, reasonCode }: MqttFlowsError, sentAt: number, now: number): boolean {
  if (code === 'disconnected-by-server') return !INNOCENT.has(reasonCode);
  return code === 'connection-lost' && now - sentAt <= SOON;
}
