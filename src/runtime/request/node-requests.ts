// The requests of a request node, which a deploy hands over to its next instance while they wait for replies.

import { randomBytes } from 'node:crypto';
import type { Node, NodeAPI } from 'node-red';
import { systemClock } from '../../connection/clock';
import type { Connection } from '../../connection/connection';
import { Requester, type RequestLimits } from '../../connection/requests/requester';
import { ResponseTopics } from '../../connection/requests/response-topics';
import { flowsStarted, isReplacing, onDeploy } from '../deploy/deploy-events';
import { Handover } from '../deploy/handover';
import { onClose } from '../deploy/node-closing';

/** The response topics of a connection, and how many nodes use them. */
interface UsedTopics {
  readonly topics: ResponseTopics;
  users: number;
}

interface NodeRequests {
  readonly requester: Requester;
  readonly connection: Connection;
  end(): void;
}

const byConnection = new WeakMap<Connection, UsedTopics>();
const handover = new Handover<NodeRequests>();

/** Whether a request node uses `connection`. */
export function usesResponseTopics(connection: Connection): boolean {
  return byConnection.has(connection);
}

/** The requests of `node`, those of its earlier instance included. `changed` is called when their figures change. */
export function nodeRequests(
  RED: NodeAPI,
  node: Node,
  connection: Connection,
  limits: RequestLimits,
  changed: () => void,
): Requester {
  const left = handover.take(node);
  const fits = left?.connection === connection;
  // Before that, Catch nodes do not get errors.
  if (left && !fits) void flowsStarted(RED, node).then(() => left.end());
  const own = fits ? left : open(RED, connection, limits);
  own.requester.serve(limits, changed);
  onClose(RED, node, (removed, done) => {
    own.requester.serve(limits, () => {});
    if (removed || !isReplacing(RED)) own.end();
    else handover.leave(RED, node, own, () => own.end());
    done();
  });
  return own.requester;
}

function open(RED: NodeAPI, connection: Connection, limits: RequestLimits): NodeRequests {
  const used = byConnection.get(connection) ?? { topics: topicsOf(connection), users: 0 };
  byConnection.set(connection, used);
  used.users++;
  // A deploy that closes the connection has stopped the Catch nodes, too. The next ones get the errors.
  const whenClosed = (end: () => void): void => {
    if (!isReplacing(RED)) return end();
    const stop = onDeploy(RED, 'over', () => {
      stop();
      end();
    });
  };
  const requester = new Requester(connection, used.topics, systemClock, limits, whenClosed);
  let ended = false;
  return {
    requester,
    connection,
    end() {
      if (ended) return;
      ended = true;
      requester.close();
      if (--used.users > 0) return;
      byConnection.delete(connection);
      used.topics.close();
    },
  };
}

function topicsOf(connection: Connection): ResponseTopics {
  return new ResponseTopics(connection, systemClock, correlation);
}

/** bytes of a correlation */
const CORRELATION = 16;
let drawn = randomBytes(0);

/** 16 random bytes. The operating system is asked for those of many requests at a time. */
function correlation(): Buffer {
  if (drawn.length < CORRELATION) drawn = randomBytes(256 * CORRELATION);
  const next = Buffer.from(drawn.subarray(0, CORRELATION));
  drawn = drawn.subarray(CORRELATION);
  return next;
}
