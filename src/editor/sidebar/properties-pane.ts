// The MQTT 5 properties of the last message of a topic.

import type { LoggedMessage, MessageLog } from './message-log';
import type { TabPane } from './tab-strip';
import { topicsText } from './topics-text';
import { hint } from './value-pane';

export function propertiesPane(log: MessageLog): TabPane {
  let shown: LoggedMessage | undefined;
  return {
    label: topicsText('tab.properties'),
    render(pane) {
      // The table stays, with what the user has selected in it.
      if (log.latest === shown && pane.children().length > 0) return;
      shown = log.latest;
      const rows = log.latest ? propertyRows(log.latest) : [];
      if (rows.length === 0) return void pane.empty().append(hint(topicsText('properties.none')));
      const table = $('<table>', { class: 'mqtt-flows-properties' });
      for (const [name, value] of rows) {
        table.append($('<tr>').append($('<th>', { scope: 'row', text: name }), $('<td>', { text: value })));
      }
      pane.empty().append(table);
    },
  };
}

function propertyRows({ properties = {} }: LoggedMessage): [string, string][] {
  const { userProperties = {}, ...own } = properties;
  const rows = Object.entries(own).map(([name, value]): [string, string] => [name, String(value)]);
  for (const [name, value] of Object.entries(userProperties)) {
    for (const text of Array.isArray(value) ? value : [value])
      rows.push([topicsText('properties.user', { name }), text]);
  }
  return rows;
}
