// Answers what a recording has seen of the filters and topics that nodes use.

import type { Request, Response } from 'express';
import { readSurface, type SeenSurface, seenTopics } from '../../core/surface/seen-topics';
import { nextTurn } from '../node/next-turn';
import { refuse } from './refusal';
import type { TopicViewers } from './topic-viewers';

/** Topics that are looked at in one turn of the event loop. */
const TOPICS = 1000;

/** Looks at some topics at a time, so that the flows can run in between. */
export async function answerSurface(viewers: TopicViewers, { body }: Request, response: Response): Promise<void> {
  const asked = readSurface(body);
  if (!asked) return refuse(response, 400, 'request-invalid');
  const tree = viewers.recorderOf(asked.viewer)?.tree;
  if (!tree) return refuse(response, 404, 'viewer-gone');
  const looking = seenTopics(tree.root, asked.filters);
  let seen: SeenSurface | undefined;
  while (!seen && !response.destroyed) {
    for (let i = 0; i < TOPICS && !seen; i++) {
      const step = looking.next();
      if (step.done) seen = step.value;
    }
    await nextTurn();
  }
  if (seen) response.json(seen);
}
