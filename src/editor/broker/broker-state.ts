// The line of the broker dialog with the state of the deployed node, and the list of nodes that use it.

import { errorSentence } from '../../core/errors/error-sentence';
import type { ErrorReport } from '../../core/errors/mqtt-flows-error';
import type { BrokerStateReport } from '../../core/reports/broker-state';
import type { OutboxFigures } from '../../core/reports/outbox-figures';
import { VERSION_NAMES } from '../../core/servers/version-name';
import type { BrokerHealth } from '../../core/sidebar/sidebar-protocol';
import { timeText } from '../fields/local-text';
import { sharedText } from '../fields/shared-text';
import { prepareConnectNow } from './connect-now';

const STATE = '#mqtt-flows-state';
const CONNECT_TO = '#node-config-input-connectTo';
const USERS = '#mqtt-flows-users';
/** ms between two requests of the state */
const PERIOD = 2000;
/** In ms: a smaller difference is only the time that the answer took. */
const IMPRECISION = 1000;

/**
 * Keeps the line up to date, and passes the figures of the outbox to `showOutbox`. Returns a function that stops it.
 */
export function watchBroker(id: string, showOutbox: (figures: OutboxFigures | undefined) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const textOf = stateTexts();
  // Looked up once: another dialog has elements with the same ids.
  const row = $(STATE);
  const choice = $(CONNECT_TO);
  let last: BrokerHealth | undefined;
  const showState = (): void => {
    if (!last) return;
    const text = textOf(last.state);
    const embedded = choice.val() === 'embedded';
    show(row, last.state, isOfOtherKind(last, embedded) ? sharedText('state.deployed', { state: text }) : text);
  };
  const showHealth = (health: BrokerHealth): void => {
    if (over) return;
    last = health;
    showState();
    showClosed(row, health.listenerProblems ?? []);
    showConnect(id, health);
    showOutbox(health.outbox);
  };
  const showConnect = prepareConnectNow(row.children('button'), showHealth);
  // Without permission, or while Node-RED restarts, the state is unknown.
  const unknown = (): void => {
    if (over) return;
    last = undefined;
    row.hide();
    showOutbox(undefined);
  };
  const look = (): void => {
    const answer: JQuery.jqXHR<BrokerHealth> = $.getJSON(`mqtt-flows/brokers/${encodeURIComponent(id)}`);
    answer.then(showHealth, unknown).always(() => {
      if (!over) timer = setTimeout(look, PERIOD);
    });
  };
  choice.on('change', showState);
  look();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}

/** Whether the deployed node connects to the broker inside Node-RED and the dialog does not, or the other way round. */
function isOfOtherKind({ state, hasClients = false }: BrokerHealth, embedded: boolean): boolean {
  return state.kind !== 'absent' && state.kind !== 'unusable' && hasClients !== embedded;
}

const COLORS: Readonly<Record<BrokerStateReport['kind'], string>> = {
  absent: 'var(--red-ui-node-status-colors-grey, #999)',
  idle: 'var(--red-ui-node-status-colors-grey, #999)',
  connecting: 'var(--red-ui-node-status-colors-yellow, #f9df31)',
  connected: 'var(--red-ui-node-status-colors-green, #5a8)',
  waiting: 'var(--red-ui-node-status-colors-red, #c00)',
  unusable: 'var(--red-ui-node-status-colors-red, #c00)',
};

function show(row: JQuery, state: BrokerStateReport, text: string): void {
  const line = row.show().children('[role=status]');
  line.children('i').css('color', COLORS[state.kind]);
  // Only changes are written, so that a screen reader announces only these.
  if (line.children('span').text() !== text) line.children('span').text(text);
}

/** A line for each reason why devices cannot connect to the broker inside Node-RED. */
function showClosed(row: JQuery, problems: readonly ErrorReport[]): void {
  const list = row.children('div');
  const texts = problemTexts(problems);
  if (list.data('shown') === texts.join('\n')) return;
  list
    .data('shown', texts.join('\n'))
    .empty()
    .toggle(texts.length > 0);
  for (const text of texts) {
    const dot = $('<i>', { class: 'fa fa-circle', 'aria-hidden': 'true' }).css('color', COLORS.waiting);
    $('<div>').append(dot, ' ', $('<span>').text(text)).appendTo(list);
  }
}

/** A sentence for each of `problems`, in the language of the editor. */
export function problemTexts(problems: readonly ErrorReport[]): string[] {
  return problems.map((problem) => errorSentence(problem, {}, sharedText));
}

/** Returns a function that puts the states of one connection into words. */
export function stateTexts(): (state: BrokerStateReport) => string {
  const timeIn = lastingTime();
  return (state) => stateText(state, timeIn);
}

/** The status of the node in the language of the editor. */
function stateText(state: BrokerStateReport, timeIn: (wait: number) => string): string {
  switch (state.kind) {
    case 'absent':
      return sharedText('state.absent');
    case 'idle':
      return sharedText('state.idle');
    case 'connecting':
      return sharedText('state.connecting', { server: serverName(state.server) });
    case 'connected':
      return sharedText('state.connected', {
        server: serverName(state.server),
        version: VERSION_NAMES[state.protocolVersion],
      });
    case 'unusable':
      return errorSentence(state.error, {}, sharedText);
    case 'waiting': {
      const problem = errorSentence(state.error, { server: serverName(state.server) }, sharedText);
      return sharedText('state.waiting', { problem, attempt: state.attempt, time: timeIn(state.wait) });
    }
  }
}

/**
 * Returns a function that gives the time of day so many ms from now. It stays the same between requests, since screen
 * readers announce a changed text.
 */
function lastingTime(): (wait: number) => string {
  /** By the clock of this computer, in ms since the epoch. */
  let shown = 0;
  return (wait) => {
    const time = Date.now() + wait;
    if (Math.abs(time - shown) >= IMPRECISION) shown = time;
    return timeText(shown);
  };
}

function serverName(server: string): string {
  return server || sharedText('state.embedded');
}

/** Lists the nodes that use the broker node with this id. A click shows one in the workspace. */
export function listBrokerUsers(id: string): void {
  const users = (RED.nodes.node(id)?.users ?? []).filter(({ z }) => z !== undefined && z !== '');
  const fold = $(USERS).toggle(users.length > 0);
  fold.children('summary').text(sharedText('users.count', { count: users.length }));
  const list = fold.children('ul').empty();
  for (const user of users) {
    const flow = RED.nodes.workspace(user.z ?? '')?.label ?? RED.nodes.subflow(user.z ?? '')?.name ?? '';
    const button = $('<button>', { type: 'button', class: 'red-ui-button red-ui-button-small' })
      .text(RED.utils.getNodeLabel(user, user.id))
      .attr('title', sharedText('users.reveal'))
      .on('click', () => RED.view.reveal(user.id));
    $('<li>').css({ marginBottom: '4px' }).append(button, ' ', $('<span>').text(flow)).appendTo(list);
  }
}
