// Decides what follows a failed attempt or a lost connection: the delay, and the error that explains it.

import { type ErrorCode, MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { type BackoffLimits, backoffDelay } from '../../core/servers/backoff';

/** A connection shorter than this, in ms, counts as brief. */
const BRIEF = 3000;
/**
 * So many brief connections in a row look like two clients that throw each other out. Two are common: a server that
 * restarts, or one behind a load balancer, may accept a client once more and then go.
 */
const CLASH = 3;
/** MQTT 5, section 3.14.2.1: another client has connected with the same client identifier. */
const SESSION_TAKEN_OVER = 0x8e;

/** Another client uses the same client identifier: the server has said so, or it looks like it. */
const CLASHES: ReadonlySet<ErrorCode> = new Set(['client-identifier-clash', 'client-identifier-suspected']);

/**
 * Retrying soon does not help with these, and may lock an account or disconnect another client. A clash that is only
 * suspected is not among them: the server may be back in a moment.
 */
const HOPELESS: ReadonlySet<ErrorCode> = new Set([
  'client-identifier-clash',
  'credentials-refused',
  'not-authorized',
  'client-identifier-refused',
]);

/** MQTT 5, section 3.2.2.2: banned, and bad authentication method. They have no error code of their own. */
const HOPELESS_REASONS: ReadonlySet<number | undefined> = new Set([0x8a, 0x8c]);

interface NextAttempt {
  readonly error: MqttFlowsError;
  /** ms */
  readonly delay: number;
}

export class Retry {
  readonly #limits: BackoffLimits;
  readonly #random: () => number;
  /** The number of brief connections in a row. */
  #brief = 0;
  /** The number of hopeless failures in a row. */
  #hopeless = 0;
  /** ms before the latest attempt */
  #waited = 0;

  constructor(limits: BackoffLimits, random: () => number) {
    this.#limits = limits;
    this.#random = random;
  }

  /**
   * `attempt` counts from 1, or is 0 after a connection that stood. `lived` is how long it stood in ms, or undefined
   * without a connection. With several `servers`, a hopeless one does not delay the next; the delay comes when all have
   * been tried. MQTT 3.1.1 does not report that a session was taken over: the server closes the older connection, and
   * does so again when that client returns. This is a guess, and `isExplained` means that there is a better one.
   */
  after(
    error: MqttFlowsError,
    attempt: number,
    lived: number | undefined,
    servers = 1,
    isExplained = false,
  ): NextAttempt {
    if (lived !== undefined) this.#brief = lived < this.#standing ? this.#brief + 1 : 0;
    const explained = isExplained ? error : this.#explain(error);
    const failures = Math.max(1, attempt, this.#brief);
    this.#hopeless = isHopeless(explained) ? this.#hopeless + 1 : 0;
    const clash = CLASHES.has(explained.code);
    // A clash of client identifiers concerns the other client, whatever the server.
    const enough = clash ? 1 : servers;
    const wait = this.#hopeless > 0 && this.#hopeless % enough === 0;
    const random = this.#random();
    // Two clients that throw each other out must not come back soon by chance.
    const drawn = clash ? (1 + random) / 2 : random;
    this.#waited = wait ? this.#limits.maxDelay : backoffDelay(failures, this.#limits, drawn);
    return { error: explained, delay: this.#waited };
  }

  /**
   * How long a connection has to live, in ms, for the row of brief ones to end. The other client waits as long as this
   * one, so what looks like a clash has to outlive that: else both would begin anew with short delays.
   */
  get #standing(): number {
    return this.#brief < CLASH ? BRIEF : Math.max(BRIEF, 2 * this.#waited);
  }

  #explain(error: MqttFlowsError): MqttFlowsError {
    const { code, stage, reasonCode, params } = error;
    const takenOver = code === 'disconnected-by-server' && reasonCode === SESSION_TAKEN_OVER;
    const thrownOut = code === 'connection-lost' && stage === 'connected' && this.#brief >= CLASH;
    if (!takenOver && !thrownOut) return error;
    return new MqttFlowsError(takenOver ? 'client-identifier-clash' : 'client-identifier-suspected', {
      stage,
      params,
      ...(reasonCode === undefined ? {} : { reasonCode }),
    });
  }
}

function isHopeless({ code, reasonCode }: MqttFlowsError): boolean {
  return HOPELESS.has(code) || (code === 'refused-by-server' && HOPELESS_REASONS.has(reasonCode));
}
