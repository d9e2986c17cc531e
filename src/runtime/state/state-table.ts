// The admin route by which a dialog shows what its node knows: a few rows of the topics that a search finds.

import type { Node, NodeAPI, NodeDef } from 'node-red';
import { systemClock } from '../../connection/clock';
import { showValue } from '../../core/sidebar/show-value';
import { MOST_ROWS, type StateRow, type StateTable, type StateValueShown } from '../../core/sidebar/state-table';
import type { WallTime } from '../../core/state/state-entry';
import type { TopicRecord } from '../../core/state/topic-record';
import { valuePreview } from '../../core/state/value-preview';
import { editorId } from '../deploy/saved-nodes';
import type { LiveState } from './live-state';
import { StateSearch } from './state-search';

/** Of a text to search for. */
const LONGEST_SEARCH = 500;
/** Of the value that is shown. */
const MOST_ELEMENTS = 2000;
const MOST_CHARACTERS = 64 * 1024;

/** By the id in the editor. A node in a subflow runs once for each instance: the latest is shown. */
const running = new Map<string, Shown>();

interface Shown {
  readonly live: LiveState;
  readonly search: StateSearch;
}

/** Makes `live` available to the dialog of `node` until the node is closed. */
export function showState(node: Node, definition: NodeDef, live: LiveState): void {
  const id = editorId(definition);
  const shown = { live, search: new StateSearch(live.states.records, systemClock) };
  running.set(id, shown);
  node.on('close', () => {
    if (running.get(id) === shown) running.delete(id);
  });
}

/** Adds the route `mqtt-flows/states/:id` for users who may read flows. */
export function serveStates(RED: NodeAPI): void {
  const { httpAdmin, auth } = RED;
  httpAdmin.get('/mqtt-flows/states/:id', auth.needsPermission('mqtt-flows.read'), (request, response) => {
    const shown = running.get(String(request.params.id));
    // The dialog may belong to a node that is not deployed yet.
    if (!shown) return void response.status(204).end();
    const asked = readQuestion(request.query);
    if (!asked) return void response.sendStatus(400);
    response.set('Cache-Control', 'no-store').json(table(shown, asked));
  });
}

interface Question {
  readonly text: string;
  /** The first row. */
  readonly from: number;
  readonly count: number;
  /** The topic whose value is to be shown. */
  readonly topic: string;
}

/** Undefined when the query, which may hold anything, is no question. */
function readQuestion({ text = '', from = '0', count = `${MOST_ROWS}`, topic = '' }: Query): Question | undefined {
  if (typeof text !== 'string' || text.length > LONGEST_SEARCH || typeof topic !== 'string') return undefined;
  if (!isCount(from) || !isCount(count)) return undefined;
  return { text: text.trim(), from: Number(from), count: Math.min(Number(count), MOST_ROWS), topic };
}

type Query = Readonly<Record<string, unknown>>;

function isCount(value: unknown): value is string {
  return typeof value === 'string' && Number.isSafeInteger(Number(value)) && Number(value) >= 0;
}

function table({ live: { states, time }, search }: Shown, { text, from, count, topic }: Question): StateTable {
  const { records, silence } = states;
  const found = search.find(text);
  const selected = topic === '' ? undefined : records.find(topic);
  return {
    topics: records.size,
    silent: silence.silent,
    bytes: records.bytes,
    crowdedOut: records.crowdedOut,
    found: found.length,
    rows: found.slice(from, from + count).map((record) => row(record, time)),
    ...(selected ? { selected: shown(selected, time) } : {}),
  };
}

function row({ topic, value, at, silent }: TopicRecord, { now, wall }: WallTime): StateRow {
  const age = Math.max(0, Math.round(now - at));
  return { topic, preview: valuePreview(value.payload), age, at: Math.round(wall) - age, retain: value.retain, silent };
}

function shown(record: TopicRecord, time: WallTime): StateValueShown {
  const { payload, qos } = record.value;
  const value = showValue(payload, { elements: MOST_ELEMENTS, characters: MOST_CHARACTERS });
  return { ...row(record, time), value, ...(typeof qos === 'number' ? { qos } : {}) };
}
