// The search of the topics sidebar: what to search for, where, and only topics in certain states.

import { SEARCH_PLACES, type SearchPlace, type TopicSearch } from '../../core/sidebar/topic-search';
import { searchField } from './search-field';
import { topicsText } from './topics-text';

type State = 'retained' | 'changed' | 'unsubscribed';

export class SearchBar {
  /** In a toolbar, whose rows wrap. */
  readonly elements: readonly JQuery[];
  readonly #text: JQuery;
  readonly #place = $('<select>', { class: 'mqtt-flows-search-place', 'aria-label': topicsText('search.place') });
  readonly #states = new Set<State>();

  /** `changed` is called when there is something else to search for. */
  constructor(changed: (search: TopicSearch) => void) {
    this.#text = searchField(topicsText('toolbar.search'), topicsText('search.tip'), () => changed(this.search));
    for (const value of SEARCH_PLACES) this.#place.append($('<option>', { value, text: placeName(value) }));
    this.#place.on('change', () => changed(this.search));
    const toggle = (state: State, icon: string, tip: string): JQuery =>
      $('<button>', { type: 'button', class: 'red-ui-button red-ui-button-small mqtt-flows-state-filter', title: tip })
        .attr({ 'aria-label': tip, 'aria-pressed': 'false' })
        .append($('<i>', { class: `fa ${icon}`, 'aria-hidden': 'true' }))
        .on('click', ({ currentTarget }) => {
          if (!this.#states.delete(state)) this.#states.add(state);
          $(currentTarget).attr('aria-pressed', String(this.#states.has(state)));
          changed(this.search);
        });
    this.elements = [
      this.#text,
      this.#place,
      toggle('retained', 'fa-archive', topicsText('search.retained')),
      toggle('changed', 'fa-clock-o', topicsText('search.changed')),
      toggle('unsubscribed', 'fa-chain-broken', topicsText('search.unsubscribed')),
    ];
  }

  get search(): TopicSearch {
    const place = String(this.#place.val());
    return {
      search: String(this.#text.val()).trim(),
      place: SEARCH_PLACES.find((each) => each === place) ?? 'topic',
      retained: this.#states.has('retained'),
      changed: this.#states.has('changed'),
      unsubscribed: this.#states.has('unsubscribed'),
    };
  }
}

function placeName(place: SearchPlace): string {
  switch (place) {
    case 'topic':
      return topicsText('search.inTopics');
    case 'value':
      return topicsText('search.inValues');
    case 'property':
      return topicsText('search.inProperties');
  }
}
