// Watches whether a connected server answers: one that keeps the connection alive and acknowledges nothing would hold up
// every publication and subscription for ever. MQTT sets no time for answers (MQTT 5, section 4.4).

import { MqttFlowsError } from '../core/errors/mqtt-flows-error';
import type { OutgoingPublication } from '../core/publications/publication';
import type { OpenTransport, Outbound, PublishOutcome, Transport, TransportListener } from '../transport/transport';
import type { Clock } from './clock';

/** How long a server may leave everything unanswered, in ms. */
const PATIENCE = 30_000;
/** The same while publications come in, in ms: an answer may stand in line behind them. */
const PATIENCE_WHILE_HEARD = 4 * PATIENCE;

/** Transports like those of `open`, which end with `no-acknowledgement` when the server stops to answer. */
export function watchAnswers(open: OpenTransport, clock: Clock): OpenTransport {
  return (openStream, options, listener) => {
    const lost = (error: MqttFlowsError): void => {
      transport.destroy();
      listener.closed(error);
    };
    const watch = new AnswerWatch(clock, () => transport.reading, lost);
    const transport = open(openStream, options, heard(listener, watch));
    return watched(transport, watch);
  };
}

class AnswerWatch {
  readonly #clock: Clock;
  readonly #reading: () => boolean;
  readonly #lost: (error: MqttFlowsError) => void;
  #unanswered = 0;
  /** When the server last had nothing to answer or answered, in ms since the epoch. */
  #since = 0;
  /** Whether a publication has come in since the last look. */
  #heard = false;
  #cancel: (() => void) | undefined;
  #ended = false;

  constructor(clock: Clock, reading: () => boolean, lost: (error: MqttFlowsError) => void) {
    this.#clock = clock;
    this.#reading = reading;
    this.#lost = lost;
  }

  asked(): void {
    if (this.#unanswered++ > 0 || this.#ended) return;
    this.#since = this.#clock.now();
    this.#cancel ??= this.#clock.after(PATIENCE, () => this.#look());
  }

  answered(): void {
    this.#unanswered--;
    this.#since = this.#clock.now();
  }

  heard(): void {
    this.#heard = true;
  }

  end(): void {
    this.#ended = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** One timer, however many answers come and go. */
  #look(): void {
    this.#cancel = undefined;
    if (this.#unanswered === 0) return;
    // An answer may be there, unread.
    if (!this.#reading()) this.#since = this.#clock.now();
    const silent = this.#clock.now() - this.#since;
    const patience = this.#heard ? PATIENCE_WHILE_HEARD : PATIENCE;
    this.#heard = false;
    if (silent < patience) {
      this.#cancel = this.#clock.after(Math.min(PATIENCE, patience - silent), () => this.#look());
      return;
    }
    this.end();
    const params = { seconds: Math.round(silent / 1000) };
    this.#lost(new MqttFlowsError('no-acknowledgement', { stage: 'connected', params }));
  }
}

function heard(listener: TransportListener, watch: AnswerWatch): TransportListener {
  return {
    stage: (stage) => listener.stage(stage),
    connected: (server) => listener.connected(server),
    message(publication, receipt) {
      watch.heard();
      listener.message(publication, receipt);
    },
    writable: () => listener.writable(),
    closed(error) {
      watch.end();
      listener.closed(error);
    },
  };
}

function watched(transport: Transport, watch: AnswerWatch): Transport {
  const once = <O>(settled: (outcome: O) => void): ((outcome: O) => void) => {
    watch.asked();
    return (outcome) => {
      watch.answered();
      settled(outcome);
    };
  };
  return {
    get writable() {
      return transport.writable;
    },
    get reading() {
      return transport.reading;
    },
    send(outbound, dup) {
      if (outbound.publication.qos === 0) transport.send(outbound, dup);
      else transport.send(new WatchedOutbound(outbound, watch), dup);
    },
    release: (outbound) => transport.release(new WatchedOutbound(outbound, watch)),
    publish(publication, settled) {
      transport.publish(publication, publication.qos === 0 ? settled : once(settled));
    },
    subscribe: (request, settled) => transport.subscribe(request, once(settled)),
    unsubscribe: (filter, settled) => transport.unsubscribe(filter, once(settled)),
    close(endSession) {
      watch.end();
      return transport.close(endSession);
    },
    destroy() {
      watch.end();
      transport.destroy();
    },
  };
}

/** At QoS 2 the server owes two answers; between them it is the sender's turn. */
class WatchedOutbound implements Outbound {
  readonly publication: OutgoingPublication;
  readonly packetIdentifier: number;
  readonly #outbound: Outbound;
  readonly #watch: AnswerWatch;
  #waits = true;

  constructor(outbound: Outbound, watch: AnswerWatch) {
    this.publication = outbound.publication;
    this.packetIdentifier = outbound.packetIdentifier;
    this.#outbound = outbound;
    this.#watch = watch;
    watch.asked();
  }

  received(): void {
    this.#answered();
    this.#outbound.received();
  }

  settled(outcome: PublishOutcome): void {
    this.#answered();
    this.#outbound.settled(outcome);
  }

  #answered(): void {
    if (this.#waits) this.#watch.answered();
    this.#waits = false;
  }
}
