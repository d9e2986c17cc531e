// The output of a replay node: each message as a subscribe node would send it.

import type { Node, NodeAPI } from 'node-red';
import type { Codec } from '../../core/payloads/codec';
import type { RecordedMessage } from '../../core/recordings/message-line';
import { parseTopicFilter, type TopicFilter } from '../../core/topics/topic-filter';
import { receivedMessage } from '../subscribe/received-message';
import type { ReplayTarget } from './replay-target';

/** Sends to the output of `node`. A payload that `codec` cannot read is an error with the message. */
export function outputTarget(RED: NodeAPI, node: Node, codec: Codec): ReplayTarget {
  return {
    ready: true,
    gone: false,
    take: (message, settled, { topic: recorded, by }) => {
      const prepared = receivedMessage(RED, deliveryOf(message, recorded, by), undefined, {
        ...{ codec, undecodable: 'error', requestsOnly: false },
      });
      prepared.message.topic = message.topic;
      if (prepared.error) node.error(prepared.error, prepared.message);
      else node.send(prepared.message);
      settled({ ok: prepared.error === undefined });
    },
    watch: () => () => {},
  };
}

/** By the recorded topic, from which named wildcards and formats read. */
function deliveryOf(
  { payload, qos, retain, properties }: RecordedMessage,
  topic: string,
  by: TopicFilter | 'all',
): Parameters<typeof receivedMessage>[1] {
  const publication = { topic, payload, qos, retain, dup: false, subscriptionIdentifiers: [] };
  return {
    publication: { ...publication, ...(properties ? { properties } : {}) },
    filter: by === 'all' ? ALL : by,
    qos,
  };
}

const ALL: TopicFilter = all();

function all(): TopicFilter {
  const parsed = parseTopicFilter('#');
  if (!parsed.ok) throw new Error('# is a topic filter');
  return parsed.filter;
}
