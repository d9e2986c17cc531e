// What waits to be sent: bounded, in order, and every publication in it settled exactly once.
// Sends through a transport while it has one; knows nothing of why the transport comes and goes.

import { Fifo } from '../core/fifo';
import { type ErrorCode, MqttFlowsError } from '../core/mqtt-flows-error';
import type { OutgoingPublication } from '../core/publication';
import { contentBytes } from '../core/publication-size';
import type { PublishOutcome, ServerInfo, Transport } from '../transport/transport';
import { guarded, type Report } from './guarded';
import { defaultPublishOptions, type PublishOptions, type Settled, type Settlement } from './publish-options';
import { limitProblem, refused } from './server-limits';

export interface OutboxLimits {
  readonly maxMessages: number;
  /** bytes of topics, payloads and properties */
  readonly maxBytes: number;
  /** What gives way when the outbox is full: the new publication, or the oldest that is not being sent. */
  readonly overflow: 'reject' | 'dropOldest';
}

interface Entry {
  readonly publication: OutgoingPublication;
  readonly bytes: number;
  /** Absent once the publisher has been told that the outbox has it. */
  settled: Settled | undefined;
  readonly origin: string;
  /** How many connections the server ended while this was the oldest on its way. */
  deaths: number;
}

/** How many publications may be unacknowledged at once when the server allows more. */
const WINDOW = 100;
/** How many connections a publication may cost. */
const DEADLY = 2;

export class Outbox {
  readonly #limits: OutboxLimits;
  readonly #report: Report;
  readonly #waiting = new Fifo<Entry>();
  readonly #inFlight = new Set<Entry>();
  /** Sent without an answer when the stream went away, in the order of sending. */
  #unconfirmed: Entry[] = [];
  #bytes = 0;
  #link: { readonly transport: Transport; readonly server: ServerInfo } | undefined;
  #pumping = false;
  #closed = false;
  /** After the server has ended the connection over something that was on its way. */
  #oneByOne = false;
  #emptied: (() => void) | undefined;

  /** `report` hears what a settled callback throws. */
  constructor(limits: OutboxLimits, report: Report) {
    this.#limits = limits;
    this.#report = report;
  }

  /** Publications not settled yet. */
  get depth(): number {
    return this.#waiting.length + this.#inFlight.size + this.#unconfirmed.length;
  }

  /** Takes a publication. `settled` is called exactly once; before accept() returns when there is no room. */
  accept(publication: OutgoingPublication, settled: Settled, options: PublishOptions = defaultPublishOptions): void {
    const { origin } = options;
    const entry: Entry = { publication, bytes: contentBytes(publication), settled, origin, deaths: 0 };
    if (this.#closed) return this.#reject(entry, failure('connection-closed'));
    if (options.whileOffline === 'fail' && !this.#link) return this.#reject(entry, failure('not-connected'));
    const dropped = this.#makeRoom(entry);
    const fits = this.#fits(entry);
    if (fits) {
      this.#waiting.push(entry);
      this.#bytes += entry.bytes;
    }
    for (const oldest of dropped) this.#reject(oldest, this.#overflow('publication-dropped'));
    if (!fits) return this.#reject(entry, this.#overflow('outbox-full'));
    if (options.completeOn === 'queued') {
      entry.settled = undefined;
      guarded(this.#report, () => settled({ ok: true, reasonCode: 0 }));
    }
    this.pump();
  }

  /** Sends through `transport` from now on. */
  attach(transport: Transport, server: ServerInfo): void {
    this.#link = { transport, server };
    this.pump();
  }

  /**
   * Stops sending. The transport has settled all that it had; what nobody confirmed goes first next time. When the
   * server has ended the connection by `refusal`, what was on its way goes one by one until something is acknowledged:
   * a publication that was the oldest then, and is alone when it happens again, is not sent a third time.
   */
  detach(refusal?: MqttFlowsError): void {
    this.#link = undefined;
    const returned = this.#unconfirmed;
    this.#unconfirmed = [];
    const [suspect] = returned;
    if (refusal && suspect) {
      this.#oneByOne = true;
      suspect.deaths++;
      if (returned.length === 1 && suspect.deaths >= DEADLY) return this.#quarantine(suspect, refusal);
    }
    this.#waiting.unshift(returned);
  }

  #quarantine(entry: Entry, { reasonCode }: MqttFlowsError): void {
    this.#bytes -= entry.bytes;
    this.#oneByOne = false;
    this.#reject(entry, failure('publication-quarantined', reasonCode));
  }

  /** Sends what the window and the stream allow. */
  pump(): void {
    // Settling may bring in the next publication from within a flow: the loop below picks it up.
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#link?.transport.writable && this.#inFlight.size < this.#window(this.#link.server)) {
        const entry = this.#waiting.shift();
        if (!entry) break;
        this.#send(entry, this.#link.transport, this.#link.server);
      }
    } finally {
      this.#pumping = false;
    }
  }

  /** Calls `listener` once, when nothing is left to settle. */
  onceEmpty(listener: () => void): void {
    this.#emptied = listener;
    this.#tellEmpty();
  }

  /** Gives back all that is not settled, oldest first, and refuses what comes after. Returns how many that were. */
  close(): number {
    this.#closed = true;
    this.detach();
    const left = [...this.#inFlight, ...this.#waiting.drain()];
    this.#inFlight.clear();
    this.#bytes = 0;
    for (const entry of left) this.#reject(entry, failure('connection-closed'));
    return left.length;
  }

  #window(server: ServerInfo): number {
    return this.#oneByOne ? 1 : Math.min(WINDOW, server.receiveMaximum);
  }

  #send(entry: Entry, transport: Transport, server: ServerInfo): void {
    const problem = limitProblem(entry.publication, server);
    if (problem) {
      this.#bytes -= entry.bytes;
      return this.#reject(entry, problem);
    }
    this.#inFlight.add(entry);
    transport.publish(entry.publication, (outcome) => this.#finish(entry, outcome));
  }

  #finish(entry: Entry, outcome: PublishOutcome): void {
    if (!this.#inFlight.delete(entry)) return;
    if (outcome.kind === 'unconfirmed' && entry.publication.qos > 0) {
      this.#unconfirmed.push(entry);
      return;
    }
    this.#bytes -= entry.bytes;
    if (outcome.kind !== 'unconfirmed') this.#oneByOne = false;
    if (outcome.kind === 'acknowledged') this.#settle(entry, { ok: true, reasonCode: outcome.reasonCode });
    else if (outcome.kind === 'refused') this.#reject(entry, refused(outcome));
    else this.#reject(entry, failure('publication-lost'));
    this.pump();
    this.#tellEmpty();
  }

  #reject(entry: Entry, error: MqttFlowsError): void {
    this.#settle(entry, { ok: false, error });
  }

  #settle(entry: Entry, settlement: Settlement): void {
    const { settled, publication, origin } = entry;
    if (settled) guarded(this.#report, () => settled(settlement));
    else if (!settlement.ok) this.#report(settlement.error, { publication, origin });
  }

  #tellEmpty(): void {
    if (!this.#emptied || this.depth > 0) return;
    const listener = this.#emptied;
    this.#emptied = undefined;
    listener();
  }

  #fits(entry: Entry): boolean {
    return this.depth < this.#limits.maxMessages && this.#bytes + entry.bytes <= this.#limits.maxBytes;
  }

  /** Takes out the oldest entries until `entry` fits, where the limits say so and it can fit at all. */
  #makeRoom(entry: Entry): Entry[] {
    const dropped: Entry[] = [];
    if (this.#fits(entry) || this.#limits.overflow !== 'dropOldest' || !this.#fitsBesideSent(entry)) return dropped;
    while (!this.#fits(entry)) {
      const oldest = this.#waiting.shift();
      if (!oldest) break;
      this.#bytes -= oldest.bytes;
      dropped.push(oldest);
    }
    return dropped;
  }

  /** What has been sent cannot give way. */
  #fitsBesideSent(entry: Entry): boolean {
    const sent = [...this.#inFlight, ...this.#unconfirmed];
    const bytes = sent.reduce((sum, { bytes }) => sum + bytes, entry.bytes);
    return sent.length < this.#limits.maxMessages && bytes <= this.#limits.maxBytes;
  }

  #overflow(code: 'outbox-full' | 'publication-dropped'): MqttFlowsError {
    const { maxMessages, maxBytes } = this.#limits;
    return new MqttFlowsError(code, { stage: 'publish', params: { maxMessages, maxBytes } });
  }
}

function failure(code: ErrorCode, reasonCode?: number): MqttFlowsError {
  return new MqttFlowsError(code, { stage: 'publish', ...(reasonCode === undefined ? {} : { reasonCode }) });
}
