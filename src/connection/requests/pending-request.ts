// One request from the moment it is given until it ends, exactly once: with its replies, or with the error that says what is
// known.

import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { Result } from '../../core/errors/result';
import type { IncomingPublication, OutgoingPublication } from '../../core/publications/publication';
import type { PublishOptions, PublishResult } from '../../core/publications/publish-options';
import type { TopicFilter } from '../../core/topics/topic-filter';
import type { Clock } from '../clock';

/** Whether a reply belongs to the request. An error ends the request. The promise never rejects. */
export type AcceptsReply = (reply: IncomingPublication) => Result<boolean> | Promise<Result<boolean>>;

export type Responder =
  /** Is told where to answer by response topic and correlation data (MQTT 5, section 4.10). */
  | { readonly kind: 'told' /** Where the server gives no response information. */; readonly prefix: string }
  /** Answers under a topic of its own. Without `accepts`, one request at a time waits for each filter. */
  | { readonly kind: 'device'; readonly filter: TopicFilter; readonly accepts?: AcceptsReply };

export interface Request {
  readonly publication: OutgoingPublication;
  readonly whileOffline: PublishOptions['whileOffline'];
  /** The id of the node that asks. */
  readonly origin: string;
  /** ms from now on, all waiting included */
  readonly timeout: number;
  readonly replies: RepliesWanted;
  readonly responder: Responder;
}

interface RepliesWanted {
  /** Ends the request when so many have come. */
  readonly most: number;
  /** With fewer at the timeout, the request has failed. */
  readonly least: number;
}

/** How far the request has come: not given to the outbox, not acknowledged, sent at QoS 0, acknowledged. */
export type RequestProgress = 'unsent' | 'unacknowledged' | 'sent' | 'acknowledged';

export type RequestEnd = {
  /** In the order of arrival. */
  readonly replies: readonly IncomingPublication[];
  readonly progress: RequestProgress;
} & (
  | { readonly ok: true; readonly reasonCode: number | undefined }
  | { readonly ok: false; readonly error: MqttFlowsError }
);

/** Who has to hear of a request. */
export interface RequestListener {
  ended(pending: PendingRequest, end: RequestEnd): void;
  /** A reply has come after the end. */
  late(): void;
  /** ms from the publication to a reply */
  roundTrip(time: number): void;
}

/** Payload bytes of replies with which a request ends: responders must not decide how much memory it takes. */
const MOST_REPLY_BYTES = 64 * 1024 * 1024;

/** MQTT 5, section 3.4.2.1: the server has the publication, and nobody has subscribed to its topic. */
const NO_MATCHING_SUBSCRIBERS = 0x10;

export class PendingRequest {
  readonly request: Request;
  readonly listener: RequestListener;
  /** What tells its replies from others, where the responder sends it back. */
  correlation: Buffer | undefined;
  readonly #clock: Clock;
  readonly #endsAt: number;
  readonly #cancelTimer: () => void;
  readonly #replies: IncomingPublication[] = [];
  #replyBytes = 0;
  #leave: () => void = () => {};
  #progress: RequestProgress = 'unsent';
  #reasonCode: number | undefined;
  #publishedAt = 0;
  #over = false;

  constructor(request: Request, clock: Clock, listener: RequestListener) {
    this.request = request;
    this.listener = listener;
    this.#clock = clock;
    this.#endsAt = clock.now() + request.timeout;
    this.#cancelTimer = clock.after(request.timeout, () => this.#timeUp());
  }

  get over(): boolean {
    return this.#over;
  }

  /** ms until the timeout */
  get left(): number {
    return this.#endsAt - this.#clock.now();
  }

  /** Whether the request may have reached a responder. */
  get asked(): boolean {
    return this.#progress !== 'unsent';
  }

  /** Whether a reply has come. */
  get answered(): boolean {
    return this.#replies.length > 0;
  }

  /** Calls `leave` at the end, before the listener. */
  onceOver(leave: () => void): void {
    this.#leave = leave;
  }

  /** It is given to the outbox. */
  published(): void {
    this.#progress = 'unacknowledged';
    this.#publishedAt = this.#clock.now();
  }

  /** The outbox has settled it. */
  settled(result: PublishResult): void {
    if (this.#over) return;
    if (!result.ok) {
      // It was to wait no longer than the request.
      if (result.error.code === 'publication-expired') return this.#timeUp();
      return this.fail(result.error);
    }
    const reported = this.request.publication.qos > 0;
    this.#progress = reported ? 'acknowledged' : 'sent';
    if (reported) this.#reasonCode = result.reasonCode;
    if (result.reasonCode !== NO_MATCHING_SUBSCRIBERS || this.#replies.length > 0) return;
    const { topic } = this.request.publication;
    this.fail(
      new MqttFlowsError('request-refused', { stage: 'request', reasonCode: result.reasonCode, params: { topic } }),
    );
  }

  /** A reply that belongs to it has come. */
  take(reply: IncomingPublication): void {
    if (this.#over) return this.listener.late();
    this.#replies.push(reply);
    this.#replyBytes += reply.payload.length;
    this.listener.roundTrip(this.#clock.now() - this.#publishedAt);
    const full = this.#replyBytes >= MOST_REPLY_BYTES;
    if (full || this.#replies.length >= this.request.replies.most) this.#succeed();
  }

  fail(error: MqttFlowsError): void {
    this.#end({ ok: false, error, replies: this.#replies, progress: this.#progress });
  }

  /** The node or its connection ends. */
  close(): void {
    this.fail(this.#error('request-closed'));
  }

  #succeed(): void {
    this.#end({ ok: true, replies: this.#replies, progress: this.#progress, reasonCode: this.#reasonCode });
  }

  #timeUp(): void {
    const { most, least } = this.request.replies;
    // Fewer than the most are welcome, but a single one that is wanted is needed.
    // Without a reply, an empty list is a result only if the request has been sent.
    const given = this.answered || this.#progress === 'sent' || this.#progress === 'acknowledged';
    if (given && this.#replies.length >= Math.min(most, least)) this.#succeed();
    else this.fail(this.#error('request-timeout'));
  }

  #error(code: 'request-timeout' | 'request-closed'): MqttFlowsError {
    const { publication, timeout } = this.request;
    const params = {
      topic: publication.topic,
      seconds: timeout / 1000,
      count: this.#replies.length,
      progressKey: `requestProgress.${this.#progress}`,
    };
    return new MqttFlowsError(code, { stage: 'request', params });
  }

  #end(end: RequestEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelTimer();
    this.#leave();
    this.listener.ended(this, end);
  }
}
