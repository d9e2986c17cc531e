// The list of a conversion: for each flow its nodes, and what there is to say about each.

import type { NodeReport, Verdict } from '../../core/conversion/conversion-note';
import type { FlowConversion } from '../../core/conversion/replace-nodes';
import { movingInText } from './moving-in-text';

const ORDER: readonly Verdict[] = ['cannot', 'note', 'same'];

/** Shows `conversion` in `list`, in place of what stood there. */
export function showConversion(list: JQuery, conversion: FlowConversion): void {
  list.empty();
  const flows = new Map<string, NodeReport[]>();
  for (const report of conversion.reports) {
    const flow = flows.get(report.flow) ?? [];
    flows.set(report.flow, [...flow, report]);
  }
  const users = usersOf(conversion);
  // Broker nodes of all flows come first, as they are what others depend on.
  const ids = [...flows.keys()].sort((a, b) => Number(b === '') - Number(a === ''));
  for (const id of ids) {
    const nodes = [...(flows.get(id) ?? [])].sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
    $('<h4>').text(flowName(id)).appendTo(list);
    $('<ul>')
      .append(nodes.map((report) => entry(report, users.get(report.id))))
      .appendTo(list);
  }
}

function flowName(id: string): string {
  if (id === '') return movingInText('dialog.allFlows');
  return RED.nodes.workspace(id)?.label || RED.nodes.subflow(id)?.name || id;
}

/** How many replaced nodes each broker node has. */
function usersOf({ replaced }: FlowConversion): Map<string, number> {
  const users = new Map<string, number>();
  for (const { before, after } of replaced) {
    // One that named none has been given one.
    const broker = typeof before.broker === 'string' && before.type !== 'mqtt-broker' ? before.broker : after.broker;
    if (typeof broker === 'string') users.set(broker, (users.get(broker) ?? 0) + 1);
  }
  return users;
}

function entry({ id, type, label, verdict, notes }: NodeReport, users: number | undefined): JQuery {
  const used = users === undefined ? '' : movingInText('dialog.users', { count: users });
  const name = $('<a>', { href: '#', class: 'mqtt-flows-moving-name' }).text(label);
  name.on('click', (event) => {
    event.preventDefault();
    RED.view.reveal(id);
  });
  const line = $('<div>').append(
    $('<span>', { class: `mqtt-flows-verdict mqtt-flows-verdict-${verdict}` }).text(movingInText(`verdict.${verdict}`)),
    name,
    $('<span>', { class: 'mqtt-flows-moving-type' }).text(used === '' ? type : `${type}, ${used}`),
  );
  const sentences = notes.map(({ key, values }) => $('<p>').text(movingInText(`notes.${key}`, values)));
  return $('<li>').append(line, ...sentences);
}
