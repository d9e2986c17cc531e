// Where each message of a request node is answered, by the settings of the node.

import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { Responder } from '../../connection/requests/pending-request';
import { found, type Result } from '../../core/errors/result';
import { responseFilterFor } from '../../core/topics/response-filter';
import type { OutsideFound } from '../../core/values/outside-value';
import type { ResponderSettings } from '../../settings/request.config';
import { replyConditions } from './reply-condition';
import type { ReadReplies } from './reply-reader';

/** The responder to `message`. A value that is missing is the error. */
type ResponderFor = (message: NodeMessage, outside: OutsideFound) => Result<Responder>;

/** An invalid expression is the error. */
export function responders(
  RED: NodeAPI,
  node: Node,
  settings: ResponderSettings,
  read: ReadReplies,
): Result<ResponderFor> {
  if (settings.kind === 'told') {
    const told = found(settings);
    return found(() => told);
  }
  const conditions = replyConditions(RED, node, settings.match, read);
  if (!conditions.ok) return conditions;
  return found((message, outside) => {
    const filter = responseFilterFor(settings.template, message, outside);
    if (!filter.ok) return filter;
    const accepts = conditions.value(message, outside);
    if (!accepts.ok) return accepts;
    const { value } = accepts;
    return found({ kind: 'device', filter: filter.value, ...(value ? { accepts: value } : {}) });
  });
}
