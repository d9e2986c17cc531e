// The map of what the flows use of a broker: each filter and topic with its nodes, what was seen of it, and the topics
// that no node uses. It can be saved as an AsyncAPI document.

import { asyncApi } from '../../core/surface/async-api';
import type { SeenByFilter, SeenSurface } from '../../core/surface/seen-topics';
import { meetsMqtt, receives, type TopicUse } from '../../core/surface/topic-use';
import { patternText } from '../../core/topics/topic-pattern';
import { oneAtATime } from '../fields/one-at-a-time';
import { removeClosed } from '../fields/remove-closed';
import { flowUses, labelOf, useLink } from './flow-uses';
import { nodeLabel } from './node-label';
import { saveFile } from './save-file';
import { askSurface } from './topics-requests';
import { topicsText } from './topics-text';

const NOTHING_SEEN: SeenByFilter = { count: 0, topics: [] };

interface Row {
  readonly text: string;
  readonly uses: readonly TopicUse[];
  /** Undefined where it is not known which topics these are, or nothing is recorded. */
  readonly seen: SeenByFilter | undefined;
}

/** Opens it for a broker. `viewer` is the one that records it, if one does. */
export const openSurfaceDialog = oneAtATime(prepareSurfaceDialog);

async function prepareSurfaceDialog(broker: string, viewer: string | undefined): Promise<void> {
  const uses = flowUses(broker).filter(meetsMqtt);
  const known = uses.filter(({ pattern }) => pattern !== undefined);
  const seen = viewer === undefined ? undefined : await askSurface(viewer, known.map(wireOf));
  const seenOf = new Map(known.map((use, index) => [use, seen?.filters[index]]));
  const content = $('<div>', { class: 'mqtt-flows-surface' });
  const close = (): void => void content.dialog('close');
  content.append(
    $('<p>', { class: 'mqtt-flows-facts' }).text(seen ? topicsText('surface.seen') : topicsText('surface.notSeen')),
    table(rowsOf(uses, seenOf), close),
    ...unusedTopics(seen),
  );
  content.dialog({
    title: topicsText('surface.title', { broker: nodeLabel(broker) }),
    modal: true,
    width: 760,
    height: Math.min(600, window.innerHeight - 60),
    resizable: true,
    classes: { 'ui-dialog': 'red-ui-editor-dialog mqtt-flows-dialog' },
    buttons: [
      {
        id: 'mqtt-flows-surface-save',
        text: topicsText('surface.save'),
        click: () => save(broker, uses, seenOf),
      },
      { id: 'mqtt-flows-surface-close', text: topicsText('surface.close'), class: 'primary', click: close },
    ],
    close: () => removeClosed(content),
  });
}

function wireOf({ pattern }: TopicUse): string {
  return pattern ? patternText(pattern) : '';
}

/** A row for each text, in the order of the texts. */
function rowsOf(uses: readonly TopicUse[], seenOf: ReadonlyMap<TopicUse, SeenByFilter | undefined>): Row[] {
  const rows = new Map<string, TopicUse[]>();
  for (const use of uses) rows.set(use.text, [...(rows.get(use.text) ?? []), use]);
  return Array.from(rows, ([text, same]): Row => {
    const [first] = same;
    return { text, uses: same, seen: first && seenOf.get(first) };
  }).sort((a, b) => (a.text < b.text ? -1 : 1));
}

function table(rows: readonly Row[], followed: () => void): JQuery {
  if (rows.length === 0) return $('<p>').text(topicsText('surface.none'));
  const titles = [topicsText('surface.topic'), topicsText('surface.nodes'), topicsText('surface.topics')];
  const head = titles.map((title) => $('<th>', { scope: 'col' }).text(title));
  const made = $('<table>').append($('<thead>').append($('<tr>').append(head)));
  return made.append($('<tbody>').append(rows.map((row) => tableRow(row, followed))));
}

function tableRow({ text, uses, seen }: Row, followed: () => void): JQuery {
  const topic = text === '' ? $('<em>').text(topicsText('surface.byMessage')) : $('<code>').text(text);
  const never = seen?.count === 0;
  // Nothing is wrong where nothing has been published yet.
  const warns = never && uses.some(receives);
  const count = seen === undefined ? '–' : never ? topicsText('surface.never') : String(seen.count);
  const examples = (seen?.topics ?? []).map((one) => one.topic).join('\n');
  return $('<tr>').append(
    $('<td>').append(topic),
    $('<td>').append(uses.map((use) => $('<div>').append(useLink(use, followed)))),
    $('<td>', { title: examples }).toggleClass('mqtt-flows-never', warns).text(count),
  );
}

function unusedTopics(seen: SeenSurface | undefined): JQuery[] {
  if (!seen) return [];
  const { count, topics } = seen.unused;
  const title = $('<summary>').text(topicsText('surface.unused', { count }));
  const list = $('<ul>').append(topics.map((topic) => $('<li>').append($('<code>').text(topic))));
  if (count > topics.length) list.append($('<li>').text(topicsText('surface.more', { count: count - topics.length })));
  return [$('<details>', { class: 'mqtt-flows-unused' }).append(title, list)];
}

function save(
  broker: string,
  uses: readonly TopicUse[],
  seenOf: ReadonlyMap<TopicUse, SeenByFilter | undefined>,
): void {
  const channels = uses.map((use) => ({ use, label: labelOf(use), seen: seenOf.get(use) ?? NOTHING_SEEN }));
  const document = asyncApi(nodeLabel(broker), serversOf(broker), channels);
  saveFile('asyncapi.json', new Blob([JSON.stringify(document, undefined, 2)], { type: 'application/json' }));
}

/** The addresses of a broker node; none for the broker inside Node-RED. */
function serversOf(broker: string): { url: string }[] {
  const { connectTo, servers } = (RED.nodes.node(broker) ?? {}) as {
    readonly connectTo?: unknown;
    readonly servers?: unknown;
  };
  if (connectTo === 'embedded' || !Array.isArray(servers)) return [];
  return servers.flatMap(({ url }: { readonly url?: unknown }) =>
    typeof url === 'string' && url !== '' ? { url } : [],
  );
}
