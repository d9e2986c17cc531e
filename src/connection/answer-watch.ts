// Watches whether a connected server answers. A server that keeps the connection alive but acknowledges nothing would
// block all publications and subscriptions for ever. MQTT sets no time limit for answers (MQTT 5, section 4.4).

import { MqttFlowsError } from '../core/errors/mqtt-flows-error';
import type { LinkProgress, Transport } from '../transport/transport';
import type { Clock } from './clock';
import type { Traffic } from './traffic';

/** The time in ms for which a server may answer nothing. */
const PATIENCE = 30_000;
/** The same while publications arrive, in ms: an answer may be queued behind them. */
const PATIENCE_WHILE_HEARD = 4 * PATIENCE;

/** Is told of packets that need an answer, and of the answers. */
export interface SendingWatch {
  readonly answers: AnswerWatch;
  readonly traffic: Traffic;
}

/** bytes that have come in between two looks and belong to no whole packet; fewer may be answers to pings */
const PART_OF_PACKET = 4096;

type Link = Pick<Transport, 'reading' | 'progress'>;

interface Watched {
  readonly transport: Link;
  readonly silent: (error: MqttFlowsError) => void;
}

/** One for each connection. Senders of packets that need an answer report these here, and the answers. */
export class AnswerWatch {
  readonly #clock: Clock;
  #watched: Watched | undefined;
  #unanswered = 0;
  /** When the server last answered or had nothing to answer, in ms of `Clock.now()`. */
  #since = 0;
  /** Whether a publication has arrived since the last check. */
  #heard = false;
  /** At the last look. */
  #progress: LinkProgress | undefined;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Watches the server of `transport` until end(). `silent` is called when it has answered nothing for too long. */
  begin(transport: Link, silent: (error: MqttFlowsError) => void): void {
    this.#watched = { transport, silent };
    this.#unanswered = 0;
    this.#heard = false;
  }

  end(): void {
    this.#watched = undefined;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Another packet needs an answer. */
  asked(): void {
    if (this.#unanswered++ > 0 || !this.#watched) return;
    this.#since = this.#clock.now();
    if (this.#cancel) return;
    this.#progress = this.#watched.transport.progress;
    this.#cancel = this.#clock.after(PATIENCE, () => this.#look());
  }

  answered(): void {
    this.#unanswered--;
    this.#since = this.#clock.now();
  }

  /** A packet is sent that needs an answer. Wraps `settled`, which is called with the answer. */
  await<O>(settled: (outcome: O) => void): (outcome: O) => void {
    this.asked();
    return (outcome) => {
      this.answered();
      settled(outcome);
    };
  }

  /** A publication has arrived. */
  heard(): void {
    this.#heard = true;
  }

  /**
   * Whether a part of something large has passed since the last look: out, or in. Small packets that come in are none:
   * a server may send them for ever, and answer nothing.
   */
  #moves(progress: LinkProgress): boolean {
    const before = this.#progress;
    this.#progress = progress;
    if (!before) return false;
    const received = !this.#heard && progress.received - before.received >= PART_OF_PACKET;
    return received || (before.waiting > 0 && progress.sent > before.sent);
  }

  /** Uses one timer, whatever the number of answers. */
  #look(): void {
    this.#cancel = undefined;
    const watched = this.#watched;
    if (this.#unanswered === 0 || !watched) return;
    const { reading, progress } = watched.transport;
    // An answer may be there, unread, or be queued behind what is on its way.
    if (!reading || this.#moves(progress)) this.#since = this.#clock.now();
    const silent = this.#clock.now() - this.#since;
    const patience = this.#heard ? PATIENCE_WHILE_HEARD : PATIENCE;
    this.#heard = false;
    const rest = Math.max(patience - silent, progress.busyFor);
    if (rest > 0) {
      this.#cancel = this.#clock.after(Math.min(PATIENCE, rest), () => this.#look());
      return;
    }
    this.end();
    const params = { seconds: Math.round(silent / 1000) };
    watched.silent(new MqttFlowsError('no-acknowledgement', { stage: 'connected', params }));
  }
}
