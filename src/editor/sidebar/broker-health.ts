// The health of the flows' connection above the topics: state and reason, rates, the outbox, and who subscribes to
// what.

import { type BrokerStateReport, errorOf, serverOf } from '../../core/reports/broker-state';
import type { BrokerHealth, ShownSubscription } from '../../core/sidebar/sidebar-protocol';
import { problemTexts, stateTexts } from '../broker/broker-state';
import { prepareConnectNow } from '../broker/connect-now';
import { sharedText } from '../fields/shared-text';
import { nodeLabel } from './node-label';
import { topicsText } from './topics-text';
import { rounded } from './tree-row-texts';

/** The counts at a point in time. */
interface Sample {
  readonly at: number;
  readonly received: number;
  readonly sent: number;
}

export class BrokerHealthView {
  readonly element = $('<details>', { class: 'mqtt-flows-health' }).hide();
  readonly #summary = $('<summary>');
  readonly #facts = $('<div>', { class: 'mqtt-flows-facts' });
  readonly #problem = $('<div>', { class: 'mqtt-flows-problem' });
  readonly #subscriptions = $('<ul>', { class: 'mqtt-flows-subscriptions' });
  readonly #connect = $('<button>', { type: 'button', class: 'red-ui-button red-ui-button-small' });
  readonly #showConnect = prepareConnectNow(this.#connect, () => {});
  readonly #textOf = stateTexts();
  #last: Sample | undefined;
  #listed = '';
  #told = '';

  constructor() {
    this.#connect.text(sharedText('field.connectNow')).attr('title', sharedText('tip.connectNow'));
    this.element.append(this.#summary, this.#problem, this.#connect, this.#facts, this.#subscriptions);
  }

  show(broker: string, health: BrokerHealth): void {
    const { state, received, sent, outbox, subscriptions, listenerProblems = [] } = health;
    this.#showConnect(broker, health);
    const sample = { at: performance.now(), received, sent };
    const last = this.#last;
    this.#last = sample;
    const perSecond = (count: (sample: Sample) => number): string =>
      last && last.at < sample.at
        ? rounded((Math.max(0, count(sample) - count(last)) * 1000) / (sample.at - last.at))
        : '…';
    const values = { in: perSecond((each) => each.received), out: perSecond((each) => each.sent) };
    this.element.show();
    this.#summary.empty().append(stateElement(state), ` · ${topicsText('health.rates', values)}`);
    if (listenerProblems.length > 0) this.#summary.append(' · ', closedElement());
    const server = shownServer(state);
    this.#tell([...(errorOf(state) ? [this.#textOf(state)] : []), ...problemTexts(listenerProblems)]);
    const { depth = 0, inFlight = 0 } = outbox ?? {};
    const waiting = depth - inFlight;
    this.#facts.text(topicsText('health.facts', { received, sent, inFlight, waiting, server: server || '–' }));
    this.#list(subscriptions);
  }

  /** Discards the samples, which belong to another broker. */
  forget(): void {
    this.#last = undefined;
    this.element.hide();
  }

  /** Only changes are written, so that a text can be selected. */
  #tell(problems: readonly string[]): void {
    const told = problems.join('\n');
    if (told === this.#told) return;
    this.#told = told;
    this.#problem.empty().append(problems.map((text) => $('<div>', { text })));
  }

  #list(subscriptions: readonly ShownSubscription[]): void {
    const state = JSON.stringify(subscriptions);
    if (state === this.#listed) return;
    this.#listed = state;
    this.#subscriptions.empty().append(subscriptions.map(subscriptionElement));
  }
}

/** A dot and a word, like the status of a node. */
function stateElement(state: BrokerStateReport): JQuery {
  const dot = $('<span>', { class: `mqtt-flows-state mqtt-flows-state-${state.kind}`, 'aria-hidden': 'true' });
  const error = errorOf(state);
  const word = error ? sharedText(`status.${error.code}`) : wordFor(state.kind);
  // The recording below has rates, too, and may have a connection of its own.
  return $('<span>').append(dot, document.createTextNode(topicsText('health.flows', { state: word })));
}

/** Says that a port of the broker inside Node-RED is closed: the flows are connected to it all the same. */
function closedElement(): JQuery {
  return $('<span>', { class: 'mqtt-flows-problem', text: topicsText('health.closed') });
}

/** The server that `state` is about, in the language of the editor; blank when there is none. */
export function shownServer(state: BrokerStateReport): string {
  const server = serverOf(state);
  return server === '' ? sharedText('state.embedded') : (server ?? '');
}

function wordFor(kind: BrokerStateReport['kind']): string {
  switch (kind) {
    case 'idle':
      return sharedText('status.idle');
    case 'connecting':
    case 'waiting':
    case 'unusable':
      return sharedText('status.connecting');
    case 'connected':
      return sharedText('status.connected');
    case 'absent':
      return sharedText('status.disconnected');
  }
}

function subscriptionElement({ filter, kind, qos, nodes }: ShownSubscription): JQuery {
  const state = kind === 'granted' ? `QoS ${qos}` : kind === 'refused' ? topicsText('health.refused') : '…';
  const line = $('<li>').append($('<code>', { text: filter }), ` ${state} `);
  for (const id of nodes) {
    // One that is deployed, and no longer in the editor.
    if (!RED.nodes.node(id)) continue;
    const link = $('<button>', { type: 'button', class: 'mqtt-flows-reveal', text: nodeLabel(id) });
    line.append(link.attr('title', topicsText('health.reveal')).on('click', () => RED.view.reveal(id)));
  }
  return line;
}
