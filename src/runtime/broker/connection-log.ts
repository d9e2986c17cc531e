// What a broker node reports about its connection: one error for each outage, and a log line for each change.

import type { Node, NodeAPI } from 'node-red';
import { type Clock, systemClock, Timer, wallTimeOf } from '../../connection/clock';
import type { Connection } from '../../connection/connection';
import type { ConnectionState } from '../../connection/connection-state';
import type { Report } from '../../connection/report';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { VERSION_NAMES } from '../../core/servers/version-name';
import { localizedError, reportedError, sentence, sharedText } from '../node/localize';
import { reportAndLog } from '../node/logged-error';
import { timeOfDay } from '../node/time-of-day';
import { publishingNode } from '../publish/message-answers';

type Waiting = Extract<ConnectionState, { kind: 'waiting' }>;
type Connected = Extract<ConnectionState, { kind: 'connected' }>;

/** After so many ms a connection stands, and the outage is over. One that ends before is part of it. */
const STANDS = 10_000;
/** A reason that comes back in an outage is told again after so many ms: reasons that alternate are no news. */
const NEWS = 600_000;

/** A failure of a server in this outage, and how often it has recurred since it was reported. */
interface Told {
  readonly server: string;
  readonly text: string;
  /** ms */
  readonly at: number;
  repeats: number;
}

/**
 * A listener for the states of a connection. The first failure of an outage is an error. Each later change of its reason
 * is a log line, and repetitions are counted. `reporter` returns the current node of the connection.
 */
export function connectionReport(
  RED: NodeAPI,
  reporter: () => Node,
  clock: Clock = systemClock,
): (state: ConnectionState) => void {
  const outage = new Outage(RED, reporter, clock);
  return (state) => {
    if (state.kind === 'waiting') outage.failed(state);
    else if (state.kind === 'connected') outage.connected(state);
    else if (state.kind !== 'connecting') outage.rest();
  };
}

/** From the first failure until a connection stands. */
class Outage {
  readonly #RED: NodeAPI;
  readonly #reporter: () => Node;
  readonly #clock: Clock;
  readonly #standing: Timer;
  /** By server, code and reason code: each of several servers fails for its own reasons. */
  readonly #told = new Map<string, Told>();
  /** The latest failure of each server. */
  readonly #latest = new Map<string, Told>();
  #failedAttempts = 0;
  /** Connections of this outage are made and lost again at once. */
  #flapping = false;
  #up = false;

  constructor(RED: NodeAPI, reporter: () => Node, clock: Clock) {
    this.#RED = RED;
    this.#reporter = reporter;
    this.#clock = clock;
    this.#standing = new Timer(clock);
  }

  failed(state: Waiting): void {
    const RED = this.#RED;
    const { error, server, attempt } = state;
    const nextAt = wallTimeOf(this.#clock, state.nextAt);
    this.#flapping ||= this.#up && this.#told.size > 0;
    this.#fell();
    this.#failedAttempts = attempt - 1;
    if (this.#repeats(state)) return;
    const first = this.#told.size === 0;
    const text = sentence(RED, error, { server });
    const told: Told = { server, text, at: this.#clock.now(), repeats: 0 };
    this.#told.set(reasonOf(state), told);
    this.#latest.set(server, told);
    const values = { text, attempt: this.#failedAttempts, time: timeOfDay(nextAt), code: error.code };
    const line =
      this.#failedAttempts > 0 ? sharedText(RED, 'log.attempt', values) : sharedText(RED, 'log.retry', values);
    if (!first) return this.#reporter().warn(line);
    const facts = { server, attempt: this.#failedAttempts, nextAt };
    reportAndLog(RED, this.#reporter(), reportedError(line, error, facts));
  }

  connected(state: Connected): void {
    this.#up = true;
    if (!this.#flapping) this.#tellConnected(state);
    this.#standing.start(STANDS, () => {
      if (this.#flapping) {
        for (const told of this.#latest.values()) this.#tellRepeats(told);
        this.#tellConnected(state);
      }
      this.#end();
    });
  }

  /** Neither connected nor trying: it is over, as a new one will be new. */
  rest(): void {
    this.#fell();
    this.#end();
  }

  #fell(): void {
    this.#up = false;
    this.#standing.stop();
  }

  #end(): void {
    this.#told.clear();
    this.#latest.clear();
    this.#failedAttempts = 0;
    this.#flapping = false;
  }

  /** Whether the failure is no news. If it is, repetitions so far are told. */
  #repeats(state: Waiting): boolean {
    const known = this.#told.get(reasonOf(state));
    const before = this.#latest.get(state.server);
    if (known && (known === before || this.#clock.now() - known.at < NEWS)) {
      known.repeats++;
      this.#latest.set(state.server, known);
      return true;
    }
    for (const told of new Set([before, known])) if (told) this.#tellRepeats(told);
    return false;
  }

  #tellRepeats(told: Told): void {
    const RED = this.#RED;
    const { server, text, repeats: count } = told;
    if (count > 0) this.#reporter().warn(sharedText(RED, 'log.repeated', { server, count, text }));
    told.repeats = 0;
  }

  #tellConnected({ info, server }: Connected): void {
    const values = { server, version: VERSION_NAMES[info.protocolVersion] };
    const count = this.#failedAttempts;
    const RED = this.#RED;
    if (count === 0) this.#reporter().log(sharedText(RED, 'log.connected', values));
    else this.#reporter().log(sharedText(RED, 'log.connectedAfter', { ...values, count }));
    this.#failedAttempts = 0;
  }
}

function reasonOf({ server, error: { code, reasonCode } }: Waiting): string {
  return `${server} ${code} ${reasonCode}`;
}

/**
 * Reports failures that are not states of a connection, at its current node. A lost publication is reported at the node
 * that published it.
 */
export function connectionFailures(RED: NodeAPI, reporter: () => Node): Report {
  return (error, lost) => {
    const origin = lost && publishingNode(lost.origin);
    const { topic, payload, qos, retain } = lost?.publication ?? {};
    const message = lost ? { topic, payload, qos, retain } : {};
    const shown = error instanceof MqttFlowsError ? localizedError(RED, error) : error;
    (origin ?? reporter()).error(shown, message);
  };
}

/**
 * Closes the connection of `node`. If the node is `removed`, its session ends too. Unsent publications go back to their
 * nodes as errors, unless they stay on disk. The log tells their number as well, since a deploy may have stopped the
 * Catch nodes before.
 */
export async function closeConnection(
  RED: NodeAPI,
  node: Node,
  connection: Connection,
  removed: boolean,
): Promise<void> {
  const lost = await connection.close(removed);
  // Without a message, so that it reaches the log even if there is a Catch node.
  if (lost > 0) node.error(sharedText(RED, 'log.lost', { count: lost }));
  const kept = connection.outboxDepth;
  if (kept > 0) node.log(sharedText(RED, 'log.kept', { count: kept }));
}
