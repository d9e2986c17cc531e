// The details of the selected topic in the sidebar, and the actions on it.

import type { ViewAnswer } from '../../core/sidebar/sidebar-protocol';
import type { TopicRow } from '../../core/sidebar/topic-tree-view';
import { chartPane, historyPane } from './history-panes';
import { MessageLog } from './message-log';
import { propertiesPane } from './properties-pane';
import { clearRetained, notifyProblem, publishPane } from './publish-pane';
import { TabStrip } from './tab-strip';
import { type NodeKind, nodeFor } from './topic-nodes';
import { askMessageTypes } from './topics-requests';
import { topicsText } from './topics-text';
import { valuePane } from './value-pane';

export class TopicDetail {
  readonly element = $('<div>', { class: 'mqtt-flows-detail' }).hide();
  readonly #log = new MessageLog();
  readonly #tabs: TabStrip;
  readonly #topic = $('<div>', { class: 'mqtt-flows-detail-topic' });
  readonly #clear: JQuery;
  #row: TopicRow | undefined;
  #broker = '';
  #messageTypes: readonly string[] = [];

  /** `wants` is called when the messages are to be asked for again. */
  constructor(wants: () => void) {
    const target = (): { broker: string; path: string } | undefined =>
      this.#row && { broker: this.#broker, path: this.#row.path };
    this.#tabs = new TabStrip(topicsText('tab.label'), [
      valuePane(this.#log, { formatChosen: wants, messageTypes: () => this.#messageTypes }),
      historyPane(this.#log),
      chartPane(this.#log),
      propertiesPane(this.#log),
      publishPane(this.#log, target, () => this.#messageTypes),
    ]);
    const copy = button('fa-clipboard', topicsText('action.copy'), () => {
      if (this.#row) RED.clipboard.copyText(this.#row.path, copy, 'clipboard.copyMessageValue');
    });
    this.#clear = button('fa-eraser', topicsText('action.clear'), () => {
      const to = target();
      if (to) clearRetained(to);
    });
    const buttons = $('<div>', { class: 'mqtt-flows-buttons' }).append(
      copy,
      this.#nodeButton('subscribe', 'fa-sign-out', topicsText('action.subscribe')),
      this.#nodeButton('publish', 'fa-sign-in', topicsText('action.publish')),
      this.#clear,
    );
    this.element.append(this.#topic, buttons, this.#tabs.element);
  }

  /** The topic whose messages are requested, and the last known sequence number. */
  get wanted(): { readonly topic?: string; readonly after: number; readonly format?: string } {
    if (!this.#row) return { after: 0 };
    const { after, format } = this.#log;
    return { topic: this.#row.path, after, ...(format === '' ? {} : { format }) };
  }

  select(broker: string, row: TopicRow): void {
    if (this.#row?.path !== row.path || this.#broker !== broker) this.#log.clear();
    this.#broker = broker;
    this.#row = row;
    this.#topic.text(row.path);
    this.element.show();
    this.update({ news: [] }, row);
    void this.#learnTypes(broker);
  }

  /** Adds messages of the topic. `row` is its current row. */
  update({ about, news }: Pick<ViewAnswer, 'about' | 'news'>, row: TopicRow): void {
    // An answer may have been on its way when another topic or format was chosen.
    if (about?.topic === row.path && about.format === this.#log.format) this.#log.add(news);
    this.#row = row;
    this.#clear.toggle(row.retained === true && RED.user.hasPermission('mqtt-flows.write'));
    this.#tabs.render();
  }

  /** Asks which messages of Protobuf the nodes of the broker know. */
  async #learnTypes(broker: string): Promise<void> {
    try {
      const types = await askMessageTypes(broker);
      if (broker !== this.#broker) return;
      this.#messageTypes = types;
      this.#tabs.render();
    } catch {
      // The other formats are there without them.
    }
  }

  clear(): void {
    this.#row = undefined;
    this.#log.clear();
    this.element.hide();
  }

  /**
   * Puts a node for `row` into a drag. Node-RED's workspace accepts nodes that are dropped as text. Without a node, the
   * drag is cancelled: the topic itself may read like a flow, which the workspace would accept as well.
   */
  static drag(broker: string, row: TopicRow, kind: NodeKind, event: DragEvent): void {
    const node = nodeFor(kind, { broker, path: row.path, branch: row.preview === undefined });
    if (!node || !event.dataTransfer) return event.preventDefault();
    event.dataTransfer.effectAllowed = 'copy';
    event.dataTransfer.setData('text/plain', JSON.stringify([node]));
  }

  /** A button that adds a node when it is pressed, or where it is dropped. */
  #nodeButton(kind: NodeKind, icon: string, label: string): JQuery {
    const made = button(icon, label, () => this.#addNode(kind)).attr('draggable', 'true');
    made[0]?.addEventListener('dragstart', (event) => {
      if (this.#row) TopicDetail.drag(this.#broker, this.#row, kind, event);
    });
    return made;
  }

  #addNode(kind: NodeKind): void {
    const row = this.#row;
    if (!row) return;
    const node = nodeFor(kind, { broker: this.#broker, path: row.path, branch: row.preview === undefined });
    if (!node) return notifyProblem(new Error(topicsText('action.impossible')));
    if (RED.workspaces.isLocked()) return notifyProblem(new Error(topicsText('action.locked')));
    RED.view.importNodes([node], { generateIds: true, notify: false });
  }
}

export function button(icon: string, label: string, pressed: () => void): JQuery {
  return $('<button>', {
    type: 'button',
    class: 'red-ui-button red-ui-button-small',
    title: label,
    'aria-label': label,
  })
    .append($('<i>', { class: `fa ${icon}`, 'aria-hidden': 'true' }))
    .on('click', pressed);
}
