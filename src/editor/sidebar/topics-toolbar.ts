// The upper part of the topics sidebar: broker, topics, start and stop, and search.

import { KEEPS, USUAL_KEEP } from '../../core/sidebar/sidebar-protocol';
import type { TopicSearch } from '../../core/sidebar/topic-search';
import { topicFilterProblem } from '../fields/topic-filter-problem';
import { nodeLabel } from './node-label';
import type { RecordingChoice } from './running-recordings';
import { SearchBar } from './search-bar';
import { button } from './small-button';
import { showTopicsHelp } from './topics-help';
import { openTopicsPage } from './topics-page';
import { askBrokers, type DeployedBroker } from './topics-requests';
import { topicsText } from './topics-text';

export interface ToolbarActions {
  start(recording: RecordingChoice): void;
  stop(): void;
  brokerChosen(): void;
  search(search: TopicSearch): void;
  openAll(open: boolean): void;
  exportAll(): void;
  /** Shows what the flows use of the broker. */
  showSurface(): void;
}

export class TopicsToolbar {
  readonly element = $('<div>', { class: 'mqtt-flows-toolbar' });
  readonly #broker = $('<select>', { 'aria-label': topicsText('toolbar.broker') });
  readonly #filter = labelled(
    $('<input>', { type: 'text', value: '#', spellcheck: false }),
    topicsText('toolbar.filter'),
  );
  readonly #own = $('<input>', { type: 'checkbox', checked: true });
  readonly #bytes = $('<select>', { class: 'mqtt-flows-keep', 'aria-label': topicsText('toolbar.keep') });
  readonly #start = $('<button>', { type: 'button', class: 'red-ui-button mqtt-flows-start' });
  readonly #search: SearchBar;
  readonly #tools: JQuery;
  readonly #mayShare: boolean;
  #running = false;
  #brokers: readonly DeployedBroker[] = [];
  /** The names of all that were deployed since the page was loaded, by id. */
  readonly #names = new Map<string, string>();
  /** The broker that is chosen, also while it is not deployed. */
  #chosen = '';
  /** Changes with each request for the brokers. */
  #turn = 0;

  constructor(actions: ToolbarActions) {
    this.#start.on('click', () => {
      if (this.#running) actions.stop();
      else this.#begin(actions);
    });
    this.#broker.on('change', () => {
      this.#chosen = this.broker;
      actions.brokerChosen();
    });
    this.#filter.on('keydown', ({ key }) => {
      if (key === 'Enter' && !this.#running) this.#begin(actions);
    });
    // Recording through the flows' connection needs the permission to write.
    this.#mayShare = RED.user.hasPermission('mqtt-flows.write');
    this.#search = new SearchBar((search) => actions.search(search));
    for (const bytes of KEEPS) {
      const text = topicsText('toolbar.keepSize', { megabytes: bytes / 1024 / 1024 });
      this.#bytes.append($('<option>', { value: bytes, text }));
    }
    this.#bytes.val(USUAL_KEEP).attr('title', topicsText('toolbar.keepTip'));
    const own = $('<label>', { class: 'mqtt-flows-own', title: topicsText('toolbar.ownTip') }).append(
      this.#own,
      ` ${topicsText('toolbar.own')}`,
    );
    const page = button('fa-external-link', topicsText('toolbar.page'), openTopicsPage).addClass(
      'mqtt-flows-in-editor',
    );
    this.#tools = $('<div>', { class: 'mqtt-flows-toolbar-row' }).append(
      ...this.#search.elements,
      button('fa-angle-double-down', topicsText('toolbar.openAll'), () => actions.openAll(true)),
      button('fa-angle-double-up', topicsText('toolbar.closeAll'), () => actions.openAll(false)),
      button('fa-download', topicsText('toolbar.export'), () => actions.exportAll()),
    );
    const map = button('fa-map-o', topicsText('surface.show'), () => actions.showSurface());
    this.element.append(
      $('<div>', { class: 'mqtt-flows-toolbar-row' }).append(
        this.#broker,
        this.#filter,
        this.#start,
        map,
        button('fa-question', topicsText('help.show'), showTopicsHelp).addClass('mqtt-flows-in-editor'),
      ),
      $('<div>', { class: 'mqtt-flows-line-of-facts' }).append(own, $('<span>').append(this.#bytes, ' ', page)),
      this.#tools,
    );
    this.running = false;
  }

  get broker(): string {
    return String(this.#broker.val() ?? '');
  }

  get search(): TopicSearch {
    return this.#search.search;
  }

  get running(): boolean {
    return this.#running;
  }

  set running(running: boolean) {
    this.#running = running;
    this.#start.toggleClass('mqtt-flows-stops', running);
    this.#start.text(running ? topicsText('toolbar.stop') : topicsText('toolbar.start'));
    for (const input of [this.#broker, this.#filter, this.#bytes]) input.prop('disabled', running);
    this.#own.prop('disabled', running || !this.#mayShare);
    if (running) this.#tools.show();
    this.#listBrokers();
  }

  /** Fills the fields with what is being recorded. */
  show({ broker, filter, own, bytes }: RecordingChoice): void {
    this.#chosen = broker;
    this.#filter.val(filter);
    this.#own.prop('checked', own);
    this.#bytes.val(bytes);
  }

  /** Offers the deployed brokers. */
  async refresh(): Promise<void> {
    const turn = ++this.#turn;
    const brokers = await askBrokers();
    // An answer from before a deploy may come after one from after it.
    if (turn !== this.#turn) return;
    this.#brokers = brokers;
    for (const { id, name } of brokers) this.#names.set(id, name);
    this.#listBrokers();
  }

  /** The chosen broker stays chosen while it is recorded or nothing else is there. */
  #listBrokers(): void {
    const listed = this.#brokers.map(({ id }) => id);
    if (this.#running && !listed.includes(this.#chosen)) listed.push(this.#chosen);
    if (listed[0] !== undefined && !listed.includes(this.#chosen)) this.#chosen = listed[0];
    this.#broker.empty();
    for (const id of listed) {
      this.#broker.append($('<option>', { value: id, text: nodeLabel(id, this.#names.get(id) || id) }));
    }
    if (listed.length === 0) this.#broker.append($('<option>', { value: '', text: topicsText('toolbar.noBroker') }));
    else this.#broker.val(this.#chosen);
    this.#start.prop('disabled', listed.length === 0);
  }

  #begin(actions: ToolbarActions): void {
    const filter = String(this.#filter.val()).trim();
    const shared = filter.startsWith('$share/') ? topicsText('toolbar.shared') : undefined;
    const problem = topicFilterProblem(filter) ?? shared;
    this.#filter.toggleClass('input-error', problem !== undefined).attr('title', problem ?? '');
    this.#filter.attr('aria-invalid', String(problem !== undefined));
    if (problem === undefined) {
      const own = this.#own.prop('checked') === true;
      actions.start({ broker: this.broker, filter, own, bytes: Number(this.#bytes.val()) });
    }
  }
}

function labelled(input: JQuery, label: string): JQuery {
  return input.attr({ 'aria-label': label, placeholder: label });
}
