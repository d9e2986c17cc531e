// Offers topics while one is typed: those that the flows have carried, and those being recorded.

import type { NodeAPI } from 'node-red';
import type { TopicNode } from '../../core/sidebar/topic-tree';
import { findBroker } from '../broker/broker-node';
import { deployedBrokers } from './topic-recorder';
import type { TopicViewers } from './topic-viewers';

const MOST = 100;
/** The number of topics that are searched in a recorder, so that typing does not hold up the flows. */
const EFFORT = 20_000;

/** Topics that contain `text`, ignoring case; of one broker, or of all when `broker` is blank. */
export function topicsFor(RED: NodeAPI, viewers: TopicViewers, broker: string, text: string): string[] {
  const wanted = text.toLowerCase();
  const found = new Set<string>();
  const offer = (topic: string): void => {
    if (found.size < MOST && topic.toLowerCase().includes(wanted)) found.add(topic);
  };
  for (const { id } of deployedBrokers(RED)) {
    const link = findBroker(RED, id)?.link;
    if (!link?.ok || (broker !== '' && broker !== id)) continue;
    for (const topic of link.connection.traffic.topics) offer(topic);
  }
  for (const recorder of viewers.recorders) {
    if (broker === '' || broker === recorder.broker) eachTopic(recorder.tree.root, offer);
  }
  return [...found].sort();
}

function eachTopic(root: TopicNode, visit: (topic: string) => void): void {
  const waiting = [root];
  let left = EFFORT;
  for (let node = waiting.pop(); node && left > 0; node = waiting.pop()) {
    if (node.isTopic) visit(node.path);
    left--;
    for (const child of node.children) waiting.push(child);
  }
}
