// Records the messages of a broker to a file, whether anybody looks or not: by a connection of its own, or through the
// flows' connection where a server allows only that. It goes on over deploys, and ends with the process.

import type { NodeAPI } from 'node-red';
import { type Clock, Timer } from '../../connection/clock';
import type { Connection } from '../../connection/connection';
import type { Subscriber, SubscriptionState } from '../../connection/subscriptions/subscriptions';
import { reportOf } from '../../core/errors/mqtt-flows-error';
import type { IncomingPublication } from '../../core/publications/publication';
import { LARGEST_PAYLOAD, messageLine, noteLine } from '../../core/recordings/message-line';
import type { RecordingEnd, RecordRequest, RunningRecording } from '../../core/recordings/recordings-protocol';
import { stateReport } from '../admin/broker-health';
import { findBroker } from '../broker/broker-node';
import { onDeploy } from '../deploy/deploy-events';
import { RecordingFile } from './recording-file';
import type { RecordingsFolder } from './recordings-folder';

/** ms between two reads of a connection of its own: little, since the times of messages are recorded. */
const REST = 2;

interface Source {
  /** The flows' connection. When it changes, the broker node was redeployed. */
  readonly of: Connection;
  readonly connection: Connection;
  readonly leave: () => void;
}

export class FileRecorder {
  readonly id: string;
  readonly request: RecordRequest;
  readonly #RED: NodeAPI;
  readonly #clock: Clock;
  readonly #file: RecordingFile;
  readonly #begun: { readonly now: number; readonly wall: number };
  readonly #timer: Timer;
  readonly #stopFollowing: (() => void)[];
  #source: Source | undefined;
  #subscription: SubscriptionState = { kind: 'pending' };
  #messages = 0;
  #dropped = 0;
  /** Of `#dropped`, those that the file tells of. */
  #toldDropped = 0;
  #wasConnected = false;
  #over: { readonly why: RecordingEnd; readonly detail?: string; readonly lasted: number } | undefined;
  #closed: Promise<void> | undefined;

  private constructor(RED: NodeAPI, id: string, request: RecordRequest, clock: Clock, open: OpenFile) {
    this.#RED = RED;
    this.id = id;
    this.request = request;
    this.#clock = clock;
    this.#begun = { now: clock.now(), wall: clock.wall() };
    this.#file = open((why, detail) => this.#end(why, detail));
    this.#timer = new Timer(clock);
    this.#timer.start(request.seconds * 1000, () => this.#end('time'));
    this.#file.take(noteLine({ recording: 1, started: this.#iso(), ...this.#titles() }));
    this.#follow();
    this.#stopFollowing = [
      onDeploy(RED, 'flows:started', () => this.#follow()),
      // The process may be about to end.
      onDeploy(RED, 'flows:stopping', () => this.#file.flush()),
    ];
  }

  /** Begins to record. Rejects with an error of the file system, EEXIST where there is such a recording. */
  static async start(
    RED: NodeAPI,
    id: string,
    request: RecordRequest,
    folder: RecordingsFolder,
    clock: Clock,
  ): Promise<FileRecorder> {
    const file = await folder.create(request.name);
    const { bytes } = request;
    return new FileRecorder(RED, id, request, clock, (ended) => {
      return new RecordingFile({ file, clock, bytes, hasRoom: () => folder.hasRoom(), ended });
    });
  }

  get running(): boolean {
    return this.#over === undefined;
  }

  get report(): RunningRecording {
    const { name, broker, filter } = this.request;
    const { id } = this;
    const over = this.#over;
    const refused = this.#subscription.kind === 'refused' ? { refused: reportOf(this.#subscription.error) } : {};
    return {
      ...{ id, name, broker, filter: filter.text, ...refused },
      state: this.#source ? stateReport(this.#RED, this.#source.connection.state) : { kind: 'absent' },
      messages: this.#messages,
      dropped: this.#dropped,
      bytes: this.#file.bytes,
      lasting: over ? over.lasted : this.#lasting,
      ...(over ? { ended: over.why } : {}),
      ...(over?.detail === undefined ? {} : { detail: over.detail }),
    };
  }

  /** Resolves when the file is closed. */
  async stop(): Promise<void> {
    this.#end('stopped');
    await this.#closed;
  }

  get #lasting(): number {
    return Math.round(this.#clock.now() - this.#begun.now);
  }

  /** A clock that is set during the recording does not change distances: the first look at it counts. */
  #time(): number {
    return this.#begun.wall + this.#lasting;
  }

  #iso(): string {
    return new Date(this.#time()).toISOString();
  }

  #titles(): { readonly broker: string; readonly filter: string } {
    const { broker, filter } = this.request;
    return { broker: findBroker(this.#RED, broker)?.name ?? '', filter: filter.text };
  }

  #record({ topic, payload, qos, retain, properties }: IncomingPublication, stored: boolean): void {
    this.#tellDropped();
    const size = payload.length;
    const kept = size > LARGEST_PAYLOAD ? Buffer.alloc(0) : payload;
    const line = messageLine({ time: this.#time(), topic, payload: kept, qos, retain, stored, properties }, size);
    if (this.#file.take(line)) this.#messages++;
    else if (this.running) this.#dropped++;
  }

  #tellDropped(): void {
    const messages = this.#dropped - this.#toldDropped;
    if (messages === 0 || !this.#file.take(noteLine({ time: this.#iso(), note: 'dropped', messages }))) return;
    this.#toldDropped = this.#dropped;
  }

  /** Records from the current instance of the broker node. */
  #follow(): void {
    const node = findBroker(this.#RED, this.request.broker);
    const link = node?.link;
    if (node && link?.ok && link.connection === this.#source?.of) return;
    this.#leave();
    // A note in the file may have been what it has no room for.
    if (this.#over || !node || !link?.ok) return;
    const { own } = this.request;
    const connection = own
      ? link.observe(
          (error) => node.debug(error),
          () => this.#admits(),
          REST,
        )
      : link.connection;
    const unsubscribe = connection.subscribe(this.#subscriber());
    const unwatch = connection.watch(({ kind }) => this.#note(kind === 'connected'));
    const leave = (): void => {
      unwatch();
      unsubscribe();
      this.#note(false);
    };
    this.#source = { of: link.connection, connection, leave };
    if (this.#over) return this.#leave();
    if (own) connection.connect();
  }

  /** Asked before a message at QoS 0 is read: what a slow disk cannot take costs no more than this. */
  #admits(): boolean {
    if (this.#file.hasRoom) return true;
    this.#dropped++;
    return false;
  }

  #note(connected: boolean): void {
    if (connected === this.#wasConnected) return;
    this.#wasConnected = connected;
    this.#file.take(noteLine({ time: this.#iso(), note: connected ? 'connected' : 'disconnected' }));
  }

  #subscriber(): Subscriber {
    const { filter, own } = this.request;
    return {
      // On a connection of its own, QoS 2 shows the QoS of the publisher. On the flows' connection, QoS 0 costs least.
      subscriptions: [{ filter, qos: own ? 2 : 0, noLocal: false, retainAsPublished: true, retainHandling: 0 }],
      deliver: (publication, _filter, _qos, replayed) => this.#record(publication, replayed),
      stateChanged: (_subscription, state) => {
        this.#subscription = state;
      },
    };
  }

  #leave(): void {
    const source = this.#source;
    this.#source = undefined;
    this.#subscription = { kind: 'pending' };
    source?.leave();
    if (source && source.connection !== source.of) void source.connection.close();
  }

  #end(why: RecordingEnd, detail?: string): void {
    if (this.#over) return;
    this.#over = { why, lasted: this.#lasting, ...(detail === undefined ? {} : { detail }) };
    this.#timer.stop();
    for (const stop of this.#stopFollowing) stop();
    this.#leave();
    this.#tellDropped();
    this.#closed = this.#file.close(noteLine({ time: this.#iso(), note: 'ended', why, messages: this.#messages }));
  }
}

type OpenFile = (ended: (why: RecordingEnd, detail?: string) => void) => RecordingFile;
