// The clients of the embedded broker below its health: who is connected or remembered, and an end to each. What clients
// say of themselves is hostile: it is shown as text of one line.

import { plainText } from '../../core/errors/plain-text';
import { VERSION_NAMES } from '../../core/servers/version-name';
import { type ClientList, MOST_CLIENTS, type ShownClient } from '../../core/sidebar/client-list';
import { dateTimeText } from '../fields/local-text';
import { askFirst } from './ask-first';
import { searchField } from './search-field';
import { button } from './small-button';
import { askClients, type ClientEnd, endClient } from './topics-requests';
import { topicsText } from './topics-text';

interface ClientRow {
  readonly element: JQuery;
  readonly facts: JQuery;
  readonly mark: JQuery;
}

/** Clients from which on there is a field to search them. */
const MANY = 10;

export class ClientsView {
  readonly element = $('<details>', { class: 'mqtt-flows-health mqtt-flows-clients' }).hide();
  readonly #summary = $('<summary>');
  readonly #search = searchField(topicsText('clients.search'), '', () => void this.look(this.#broker));
  readonly #rest = $('<div>', { class: 'mqtt-flows-facts' });
  readonly #list = $('<ul>', { class: 'mqtt-flows-subscriptions' });
  readonly #mayEnd = RED.user.hasPermission('mqtt-flows.write');
  /** By identifier, so that a row keeps the focus while its numbers change. */
  readonly #rows = new Map<string, ClientRow>();
  #broker = '';
  /** Counts requests: only the answer to the last one is shown. */
  #asked = 0;

  constructor() {
    this.#search.css('width', '100%').hide();
    this.element.append(this.#summary, this.#search, this.#list, this.#rest);
    this.element.on('toggle', () => void this.look(this.#broker));
  }

  /** Asks for the clients of `broker`; call every few seconds. Only their number while the list is closed. */
  async look(broker: string): Promise<void> {
    if (broker === '') return;
    this.#broker = broker;
    const asked = ++this.#asked;
    const open = this.element.prop('open') === true;
    const text = String(this.#search.val() ?? '');
    try {
      const list = await askClients(broker, open ? text : '', open ? MOST_CLIENTS : 0);
      if (asked === this.#asked) this.#show(list, open);
    } catch {
      // A deploy may be under way. The next request shows.
      if (asked === this.#asked) this.forget();
    }
  }

  /** Hides the clients until the next look: another broker is chosen, or nothing is known of this one. */
  forget(): void {
    this.#asked++;
    this.#broker = '';
    for (const { element } of this.#rows.values()) element.remove();
    this.#rows.clear();
    this.element.hide();
  }

  #show({ total, connected, found, clients }: ClientList, open: boolean): void {
    this.element.show();
    this.#summary.text(topicsText('clients.summary', { connected, remembered: total - connected }));
    // A search goes on with another broker, which may have fewer clients.
    this.#search.toggle(total > MANY || this.#search.val() !== '');
    if (!open) return;
    const shown = new Set(clients.map(({ clientId }) => clientId));
    for (const [clientId, { element }] of this.#rows) {
      if (shown.has(clientId)) continue;
      element.remove();
      this.#rows.delete(clientId);
    }
    for (const [index, client] of clients.entries()) this.#place(client, index);
    const left = found - clients.length;
    this.#rest.text(left > 0 ? topicsText('clients.more', { count: left }) : '');
  }

  /** Moves a row only if it has another place: a moved element loses the focus. */
  #place(client: ShownClient, index: number): void {
    const row = this.#rows.get(client.clientId) ?? this.#newRow(client);
    row.facts.text(factsOf(client));
    row.mark.attr('class', `mqtt-flows-state mqtt-flows-state-${client.connected ? 'connected' : 'idle'}`);
    const there = this.#list.children().eq(index);
    if (there.is(row.element)) return;
    if (there.length > 0) row.element.insertBefore(there);
    else this.#list.append(row.element);
  }

  #newRow(client: ShownClient): ClientRow {
    const mark = $('<span>', { 'aria-hidden': 'true' });
    const name = $('<bdi>', { class: 'mqtt-flows-client-name' }).text(plainText(client.clientId) || '–');
    const line = $('<div>', { class: 'mqtt-flows-line-of-facts' }).append($('<span>').append(mark, name));
    if (this.#mayEnd && !client.local) line.append(this.#buttons(client));
    const facts = $('<div>', { class: 'mqtt-flows-facts' });
    const row = { element: $('<li>').append(line, facts), facts, mark };
    this.#rows.set(client.clientId, row);
    return row;
  }

  #buttons({ clientId }: ShownClient): JQuery {
    return $('<span>').append(
      button('fa-chain-broken', topicsText('clients.disconnect'), () => this.#ask('disconnect', clientId)),
      ' ',
      button('fa-trash-o', topicsText('clients.forget'), () => this.#ask('forget', clientId)),
    );
  }

  #ask(end: ClientEnd, clientId: string): void {
    const broker = this.#broker;
    const forgets = end === 'forget';
    const question = $('<div>').append(
      $('<p>').text(forgets ? topicsText('clients.askForget') : topicsText('clients.askDisconnect')),
      $('<div>', { class: 'mqtt-flows-asked-topic' }).append($('<bdi>').text(plainText(clientId))),
    );
    const confirm = forgets ? topicsText('clients.forget') : topicsText('clients.disconnect');
    askFirst(question, confirm, async () => {
      try {
        await endClient(broker, end, clientId);
      } finally {
        // Another one may have been chosen meanwhile.
        if (broker === this.#broker) await this.look(broker);
      }
    });
  }
}

function factsOf(client: ShownClient): string {
  const { user, address, protocolVersion, since, local, subscriptions, queued, inFlight, dropped } = client;
  const time = since > 0 ? dateTimeText(since) : '–';
  return [
    local ? topicsText('clients.local') : plainText(user),
    plainText(address),
    protocolVersion === undefined ? '' : `MQTT ${VERSION_NAMES[protocolVersion]}`,
    client.connected ? topicsText('clients.since', { time }) : topicsText('clients.goneSince', { time }),
    topicsText('clients.counts', { subscriptions, queued, inFlight }),
    dropped > 0 ? topicsText('clients.dropped', { count: dropped }) : '',
  ]
    .filter((text) => text !== '')
    .join(' · ');
}
