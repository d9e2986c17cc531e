// The admin route by which a dialog shows what its node knows: a few rows of the topics that a search finds.

import type { Node, NodeAPI, NodeDef } from 'node-red';
import { MOST_ROWS, type StateRow, type StateTable } from '../../core/reports/state-table';
import { compareNames } from '../../core/sidebar/name-order';
import type { TopicRecord } from '../../core/state/topic-record';
import { valuePreview } from '../../core/state/value-preview';
import { parseTopicFilter } from '../../core/topics/topic-filter';
import { topicNameProblem } from '../../core/topics/topic-name';
import { editorId } from '../deploy/saved-nodes';
import type { LiveState } from './live-state';

/** Of a text to search for. */
const LONGEST_SEARCH = 500;
/** Topics that are put in order. With more, the order is that of their levels. */
const MOST_SORTED = 5000;

/** By the id in the editor. A node in a subflow runs once for each instance: the latest is shown. */
const running = new Map<string, LiveState>();

/** Makes `live` available to the dialog of `node` until the node is closed. */
export function showState(node: Node, definition: NodeDef, live: LiveState): void {
  const id = editorId(definition);
  running.set(id, live);
  node.on('close', () => {
    if (running.get(id) === live) running.delete(id);
  });
}

/** Adds the route `mqtt-flows/states/:id` for users who may read flows. */
export function serveStates(RED: NodeAPI): void {
  const { httpAdmin, auth } = RED;
  httpAdmin.get('/mqtt-flows/states/:id', auth.needsPermission('mqtt-flows.read'), (request, response) => {
    const live = running.get(String(request.params.id));
    // The dialog may belong to a node that is not deployed yet.
    if (!live) return void response.status(204).end();
    const { text = '' } = request.query;
    if (typeof text !== 'string' || text.length > LONGEST_SEARCH) return void response.sendStatus(400);
    response.set('Cache-Control', 'no-store').json(table(live, text.trim()));
  });
}

function table({ states, time }: LiveState, text: string): StateTable {
  const { records, silence } = states;
  const found = search(states.records, text);
  if (found.length <= MOST_SORTED) found.sort((a, b) => compareNames(a.topic, b.topic));
  return {
    topics: records.size,
    silent: silence.silent,
    bytes: records.bytes,
    crowdedOut: records.crowdedOut,
    found: found.length,
    rows: found.slice(0, MOST_ROWS).map((record) => row(record, time.now)),
  };
}

/** The topics that a filter with wildcards matches, or those that contain a text, whatever its case. */
function search(records: LiveState['states']['records'], text: string): TopicRecord[] {
  if (text === '') return records.all();
  const parsed = parseTopicFilter(text);
  if (parsed.ok && topicNameProblem(text) === 'wildcard') return records.match(parsed.filter);
  const part = text.toLowerCase();
  return records.all().filter(({ topic }) => topic.toLowerCase().includes(part));
}

function row({ topic, value, at, silent }: TopicRecord, now: number): StateRow {
  return {
    topic,
    preview: valuePreview(value.payload),
    age: Math.max(0, Math.round(now - at)),
    retain: value.retain,
    silent,
  };
}
