// The topics sidebar: its parts, and how they work together.

import { errorSentence } from '../../core/errors/error-sentence';
import type { ErrorReport } from '../../core/errors/mqtt-flows-error';
import { detailOf } from '../../core/errors/thrown-value';
import { errorOf } from '../../core/reports/broker-state';
import type { ViewAnswer } from '../../core/sidebar/sidebar-protocol';
import type { TopicRow } from '../../core/sidebar/topic-tree-view';
import { sharedText } from '../fields/shared-text';
import { ReplaceOffer } from '../moving-in/offer';
import { BrokerHealthView, shownServer } from './broker-health';
import { ClientsView } from './clients-view';
import { notifyProblem } from './notify-problem';
import { PinnedTopics } from './pinned-topics';
import { RecordingsView } from './recordings-view';
import {
  forgetRecording,
  keepRecording,
  type RecordingChoice,
  RunningRecordings,
  recordingBefore,
} from './running-recordings';
import { saveRecording } from './save-recording';
import { SplitView } from './split-view';
import { openSurfaceDialog } from './surface-dialog';
import { dragNode, topicOf } from './topic-actions';
import { TopicDetail } from './topic-detail';
import { TopicTreeList } from './topic-tree-list';
import { askHealth, askRecordings, startViewing, stopViewing } from './topics-requests';
import { topicsText } from './topics-text';
import { TopicsToolbar } from './topics-toolbar';
import { rounded, treeRowTexts } from './tree-row-texts';
import { Viewing } from './viewing';

const TREE = { id: 'mqtt-flows-topic', label: topicsText('tree.label'), texts: treeRowTexts };
/** ms between two requests of the broker's health. */
const HEALTH = 2000;

export class TopicsSidebar {
  readonly element = $('<div>', { class: 'mqtt-flows-topics' });
  readonly #offer = new ReplaceOffer();
  readonly #toolbar = new TopicsToolbar({
    start: (recording) => void this.#start(recording),
    stop: () => {
      forgetRecording();
      this.stop();
    },
    brokerChosen: () => {
      this.#health.forget();
      this.#clients.forget();
    },
    search: () => this.#choose({}, true),
    openAll: (open) => this.#choose({ open }, true),
    exportAll: () => this.#export(),
    showSurface: () => {
      const { broker } = this.#toolbar;
      const viewer = broker === this.#broker ? this.#viewing?.viewer : undefined;
      openSurfaceDialog(broker, viewer).catch(notifyProblem);
    },
  });
  readonly #recordings = new RunningRecordings((recording) => void this.#start(recording));
  readonly #health = new BrokerHealthView();
  readonly #clients = new ClientsView();
  readonly #summary = $('<div>', { class: 'mqtt-flows-summary' });
  readonly #problem = $('<div>', { class: 'mqtt-flows-problem', role: 'alert' });
  readonly #empty = $('<div>', { class: 'mqtt-flows-hint mqtt-flows-tree-empty', role: 'status' });
  readonly #tree = new TopicTreeList<TopicRow>(TREE, {
    moved: () => {
      if (this.#tree.incomplete) this.#viewing?.soon();
    },
    toggle: (row) => this.#toggle(row),
    select: (row) => {
      this.#detail.select(this.#broker, row);
      this.#split.showSecond(true);
      this.#viewing?.soon();
    },
    dragged: (row, event) => dragNode('subscribe', topicOf({ broker: this.#broker, row }), event),
  });
  readonly #pins = new PinnedTopics(
    (row) => this.#tree.select(row),
    () => this.#viewing?.soon(),
  );
  readonly #detail = new TopicDetail(
    {
      viewer: () => this.#viewing?.viewer,
      isPinned: (path) => this.#pins.has(path),
      pin: (path) => this.#pins.toggle(path),
    },
    () => this.#viewing?.soon(),
  );
  readonly #split = new SplitView(
    $('<div>', { class: 'mqtt-flows-tree-part' }).append(this.#pins.element, this.#empty, this.#tree.element),
    this.#detail.element,
  );
  #viewing: Viewing | undefined;
  /** Changes with each start and stop. */
  #turn = 0;
  /** The broker that is being recorded, or was last. */
  #broker = '';
  #open = false;
  #exceptions = new Set<string>();
  /** The broker whose health is being asked for. */
  #asking: string | undefined;
  /** Why the brokers could not be asked for, as it was said; blank when they could. */
  #unlisted = '';

  constructor() {
    this.element.append(
      this.#offer.element,
      this.#toolbar.element,
      this.#recordings.element,
      this.#health.element,
      this.#clients.element,
      new RecordingsView(() => this.#toolbar.broker).element,
      this.#problem,
      this.#summary,
      this.#split.element,
    );
    this.#summary.text(topicsText('summary.off'));
    setInterval(() => void this.#look(), HEALTH);
    addEventListener('pagehide', () => this.#viewing?.leave());
  }

  /** Call when the tab is shown. */
  refresh(): void {
    this.#offer.refresh();
    this.#toolbar.refresh().then(
      () => {
        if (this.#problem.text() === this.#unlisted) this.#say('');
        this.#unlisted = '';
        void this.#look();
        void this.#offerRecordings();
      },
      (error: Error) => {
        this.#unlisted = error.message;
        this.#say(error.message);
      },
    );
  }

  /** Offers what is being recorded, and goes on with what this page looked at before it was loaded again. */
  async #offerRecordings(): Promise<void> {
    if (this.#toolbar.running) return;
    try {
      const running = await askRecordings();
      if (this.#toolbar.running) return;
      const before = recordingBefore(running);
      if (before) await this.#start(before.recording, before.viewer);
      else this.#recordings.show(running);
    } catch {
      // There is nothing to offer.
    }
  }

  /** Call when something is deployed. */
  deployed(): void {
    if (this.element.is(':visible')) this.refresh();
  }

  stop(): void {
    this.#turn++;
    this.#viewing?.stop();
    this.#viewing = undefined;
    this.#toolbar.running = false;
  }

  async #start(recording: RecordingChoice, instead?: string): Promise<void> {
    this.stop();
    const { broker } = recording;
    this.#recordings.show([]);
    this.#toolbar.show(recording);
    this.#say('');
    this.#tree.clear();
    this.#sayEmpty('');
    this.#detail.clear();
    this.#split.showSecond(false);
    if (instead === undefined) {
      // After a reload, the user may have opened branches before the recording was found.
      this.#exceptions.clear();
      this.#open = false;
    }
    this.#broker = broker;
    this.#pins.of(broker);
    this.#toolbar.running = true;
    const turn = this.#turn;
    try {
      const viewer = await startViewing(recording, instead);
      // The user has pressed Stop meanwhile, or has started another recording.
      if (turn !== this.#turn) return stopViewing(viewer);
      keepRecording(recording, viewer);
      this.#viewing = new Viewing(viewer, {
        wanted: () => ({ ...this.#tree.wanted, ...this.#detail.wanted, pins: this.#pins.topics }),
        answered: (answer, from) => this.#show(answer, from),
        failed: (sentence, over) => this.#fail(sentence, over),
        inSight: () => this.element.is(':visible'),
      });
      this.#choose({});
    } catch (error) {
      if (turn === this.#turn) this.#fail(detailOf(error), true);
    }
  }

  /** A screen reader announces an alert each time it is written. */
  #say(problem: string): void {
    if (this.#problem.text() !== problem) this.#problem.text(problem);
  }

  /** Says why the tree has no rows. */
  #sayEmpty(text: string): void {
    if (this.#empty.text() !== text) this.#empty.text(text);
  }

  #fail(sentence: string, over: boolean): void {
    this.#say(sentence);
    if (over) this.stop();
  }

  #show(answer: ViewAnswer, from: number): void {
    const { state, refused, total, found, rows, messages, topics, rate, dropped } = answer;
    const server = shownServer(state);
    const error = errorOf(state) ?? refused;
    const gone = state.kind === 'absent' ? topicsText('refused.brokerGone') : '';
    this.#say(error ? problemText(error, server) : gone);
    const left = dropped.rate + dropped.topics;
    const texts = [topicsText('summary.counts', { topics, messages, rate: rounded(rate) })];
    if (found !== undefined) texts.push(topicsText('summary.found', { count: found }));
    if (left > 0) texts.push(topicsText('summary.dropped', { count: left }));
    this.#summary.text(texts.join(' ')).toggleClass('mqtt-flows-dropped', left > 0);
    this.#tree.show(rows, from, total);
    this.#sayEmpty(topics === 0 ? topicsText('tree.waiting') : found === 0 ? topicsText('search.nothing') : '');
    this.#pins.show(answer.pins);
    const { selected } = this.#tree;
    if (selected) this.#detail.update(answer, selected);
  }

  /** Asks for other rows. With `afresh`, no single branch stays open or closed. */
  #choose({ open = this.#open }: { readonly open?: boolean }, afresh = false): void {
    if (afresh) this.#exceptions.clear();
    this.#open = open;
    const { search } = this.#toolbar;
    this.#tree.mark(search);
    this.#viewing?.select({ open, exceptions: [...this.#exceptions], ...search });
  }

  #toggle({ path }: TopicRow): void {
    if (!this.#exceptions.delete(path)) this.#exceptions.add(path);
    this.#choose({});
  }

  async #look(): Promise<void> {
    const { broker } = this.#toolbar;
    if (broker === '' || broker === this.#asking || document.hidden || !this.element.is(':visible')) return;
    this.#asking = broker;
    try {
      const health = await askHealth(broker);
      if (broker !== this.#toolbar.broker) return;
      this.#health.show(broker, health);
      // Node-RED answers again.
      if (this.#unlisted !== '') this.refresh();
      if (health.hasClients) await this.#clients.look(broker);
      else this.#clients.forget();
    } catch {
      // A deploy may be under way. The next request shows.
      if (broker !== this.#toolbar.broker) return;
      this.#health.forget();
      this.#clients.forget();
    } finally {
      if (this.#asking === broker) this.#asking = undefined;
    }
  }

  #export(): void {
    if (!this.#viewing) return notifyProblem(new Error(topicsText('refused.viewerGone')));
    saveRecording(this.#viewing.viewer).catch(notifyProblem);
  }
}

/** Errors of servers that allow only one client or certain client identifiers. They may have other causes too. */
const ONE_CLIENT = new Set<string>([
  'not-authorized',
  'client-identifier-refused',
  'client-identifier-clash',
  'client-identifier-suspected',
  'disconnected-by-server',
  'refused-by-server',
]);

function problemText(error: ErrorReport, server: string): string {
  const text = errorSentence(error, { server, filter: '' }, sharedText);
  return ONE_CLIENT.has(error.code) ? `${text} ${topicsText('summary.shared')}` : text;
}
