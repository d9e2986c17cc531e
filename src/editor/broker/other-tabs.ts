// The line of the broker dialog's first tab that says what its other tabs hold, if that is not what is usual.

import { brokerDefaults } from '../../settings/broker.config';
import { outboxDefaults } from '../../settings/broker.outbox.config';
import { changesIn, rowsIn, type UsualValues, usualNumbers } from '../fields/more';
import { oncePerTask } from '../fields/once-per-task';
import { sharedText } from '../fields/shared-text';
import type { Pane } from '../fields/tabs';

const LINE = '#mqtt-flows-other-tabs';

/** What is usual in the tabs, by the id of their panes. */
function usualOfTabs(): Readonly<Record<string, UsualValues>> {
  const { keepalive, connectTimeout, reconnect, proxy } = brokerDefaults;
  const topics = $('#mqtt-flows-tab-messages .mqtt-flows-message-topic').toArray();
  return {
    'mqtt-flows-tab-devices': { 'mqtt-flows-guests': false },
    'mqtt-flows-tab-session': {
      'node-config-input-clientId': '',
      'mqtt-flows-keep-session': false,
      ...usualNumbers(brokerDefaults, ['sessionExpiryInterval']),
    },
    'mqtt-flows-tab-messages': Object.fromEntries(topics.map(({ id }) => [id, ''])),
    'mqtt-flows-tab-outbox': {
      'mqtt-flows-store': outboxDefaults.store,
      'mqtt-flows-fsync': outboxDefaults.fsync,
      'mqtt-flows-overflow': outboxDefaults.overflow,
      ...usualNumbers(outboxDefaults, ['maxMessages', 'maxBytes', 'messageTtl', 'maxInFlight', 'rateLimit']),
    },
    'mqtt-flows-tab-advanced': {
      ...usualNumbers({ keepalive, connectTimeout, ...reconnect }, [
        'keepalive',
        'connectTimeout',
        'minDelay',
        'maxDelay',
      ]),
      'mqtt-flows-proxy-use': proxy.use,
      ...usualNumbers(brokerDefaults, ['receiveMaximum', 'maximumPacketSize', 'topicAliasMaximum']),
    },
  };
}

/** What the lists of a pane hold. */
function listsIn(pane: string): string[] {
  const rows = (list: string, label: string): string[] => rowsIn($(`#${pane}`), $(list), label);
  switch (pane) {
    case 'mqtt-flows-tab-devices':
      return [
        ...rows('#mqtt-flows-device-users', sharedText('field.users')),
        ...rows('#mqtt-flows-listeners', sharedText('field.listeners')),
      ];
    case 'mqtt-flows-tab-advanced':
      return rows('#mqtt-flows-userProperties', sharedText('field.userProperties'));
    default:
      return [];
  }
}

/** Keeps the line up to date for `panes`. `choose` opens the tab of one. */
export function prepareOtherTabs(
  panes: readonly Pane[],
  isShown: (id: string) => boolean,
  choose: (id: string) => void,
): void {
  const show = oncePerTask(() => {
    // The fields of messages may have been made anew.
    const usual = usualOfTabs();
    const changes = (id: string): string[] => [...changesIn($(`#${id}`), usual[id] ?? {}), ...listsIn(id)];
    const lines = panes.flatMap(({ id, label }) => {
      const what = id in usual && isShown(id) ? changes(id).join('; ') : '';
      return what === '' ? [] : [line(label, what, () => choose(id))];
    });
    $(LINE).empty().append(lines);
  });
  const container = $(LINE).closest('.mqtt-flows-form');
  container.on('input change', show);
  // Node-RED fills in some fields after the dialog has been prepared. Lists have no event for a removed row.
  for (const { id } of panes) $(`#${id}`).on('click', () => void setTimeout(show, 0));
  setTimeout(show, 0);
}

function line(tab: string, what: string, choose: () => void): JQuery {
  const button = $('<button>', { type: 'button', class: 'red-ui-button red-ui-button-small' }).text(tab);
  return $('<div>')
    .css({ marginBottom: '4px', overflowWrap: 'anywhere' })
    .append(button.on('click', choose), ' ', document.createTextNode(what));
}
