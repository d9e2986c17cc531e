// Answers about a whole branch of a recording: its messages as a file, its last values, and its retained messages.

import type { Request, Response } from 'express';
import { recordingLine } from '../../core/sidebar/recording-line';
import { branchValues, retainedBelow } from '../../core/sidebar/topic-branch';
import type { TopicNode, TopicTree } from '../../core/sidebar/topic-tree';
import { nextTurn } from '../node/next-turn';
import { refuse } from './refusal';
import { roomIn } from './room-in';
import type { TopicViewers } from './topic-viewers';

/** The number of lines of an export that are made in one turn of the event loop. */
const LINES = 500;

/** A branch of the recording of a viewer. Without a path, all of it. */
interface Branch {
  readonly tree: TopicTree;
  readonly top: TopicNode;
}

/** Undefined when the request was refused. */
function branchOf(viewers: TopicViewers, { query }: Request, response: Response): Branch | undefined {
  const { viewer, path } = query;
  const tree = typeof viewer === 'string' ? viewers.recorderOf(viewer)?.tree : undefined;
  if (!tree) return void refuse(response, 404, 'viewer-gone');
  const top = typeof path === 'string' ? tree.find(path) : tree.root;
  if (top) return { tree, top };
  return void refuse(response, 404, 'topic-gone');
}

/** Answers with the topics that have a retained message. */
export function answerRetained(viewers: TopicViewers, request: Request, response: Response): void {
  const branch = branchOf(viewers, request, response);
  if (branch) response.json({ topics: retainedBelow(branch.top) });
}

/** Answers with the last value of each topic. */
export function answerValues(viewers: TopicViewers, request: Request, response: Response): void {
  const branch = branchOf(viewers, request, response);
  if (branch) response.json(branchValues(branch.top));
}

/** Writes everything that is kept of the branch, some lines at a time, so that the flows can run in between. */
export async function exportBranch(viewers: TopicViewers, request: Request, response: Response): Promise<void> {
  const branch = branchOf(viewers, request, response);
  if (!branch) return;
  response.type('application/x-ndjson').attachment('topics.jsonl');
  const recorded = branch.tree.recorded(branch.top);
  for (let i = 0; i < recorded.length && !response.destroyed; i += LINES) {
    const lines = recorded.slice(i, i + LINES).map(({ topic, observation }) => recordingLine(topic, observation));
    const room = response.write(lines.join(''));
    await (room ? nextTurn() : roomIn(response));
  }
  response.end();
}
