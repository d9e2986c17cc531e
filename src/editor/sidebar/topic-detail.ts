// The details of the selected topic in the sidebar, and the actions on it.

import type { ViewAnswer } from '../../core/sidebar/sidebar-protocol';
import type { TopicRow } from '../../core/sidebar/topic-tree-view';
import { chartPane } from './chart-pane';
import { historyPane } from './history-pane';
import { MessageLog } from './message-log';
import { propertiesPane } from './properties-pane';
import { publishPane } from './publish-pane';
import { TabStrip } from './tab-strip';
import { TopicActions, type TopicActionsHost } from './topic-actions';
import { askHistory, askMessageTypes } from './topics-requests';
import { topicsText } from './topics-text';
import { usesPane } from './uses-pane';
import { valuePane } from './value-pane';

export class TopicDetail {
  readonly element = $('<div>', { class: 'mqtt-flows-detail' });
  readonly #log = new MessageLog();
  readonly #tabs: TabStrip;
  readonly #topic = $('<div>', { class: 'mqtt-flows-detail-topic' });
  readonly #actions: TopicActions;
  #row: TopicRow | undefined;
  #broker = '';
  #messageTypes: readonly string[] = [];

  /** `wants` is called when the messages are to be asked for again. */
  constructor(host: Omit<TopicActionsHost, 'target'>, wants: () => void) {
    const target = (): { broker: string; path: string } | undefined =>
      this.#row && { broker: this.#broker, path: this.#row.path };
    this.#tabs = new TabStrip(topicsText('tab.label'), [
      valuePane(this.#log, { formatChosen: wants, messageTypes: () => this.#messageTypes }),
      historyPane(this.#log, async (place, count) => {
        const viewer = host.viewer();
        if (!this.#row || viewer === undefined) throw new Error(topicsText('refused.viewerGone'));
        return askHistory(viewer, this.#row.path, this.#log.format, place, count);
      }),
      chartPane(this.#log, { viewer: host.viewer, topic: () => this.#row?.path }),
      propertiesPane(this.#log),
      publishPane(this.#log, target, () => this.#messageTypes),
      usesPane(
        () => this.#row && { broker: this.#broker, path: this.#row.path, branch: this.#row.preview === undefined },
      ),
    ]);
    this.#actions = new TopicActions({
      ...host,
      target: () => this.#row && { broker: this.#broker, row: this.#row },
    });
    this.element.append(this.#topic, this.#actions.element, this.#tabs.element);
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
    this.update({ news: [] }, row);
    void this.#learnTypes(broker);
  }

  /** Adds messages of the topic. `row` is its current row. */
  update({ about, news }: Pick<ViewAnswer, 'about' | 'news'>, row: TopicRow): void {
    // An answer may have been on its way when another topic or format was chosen, and this one again: it would then lack
    // what came before.
    const { format, after } = this.#log;
    if (about?.topic === row.path && about.format === format && about.after === after) this.#log.add(news);
    this.#row = row;
    this.#actions.update(row);
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
  }
}
